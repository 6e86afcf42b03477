import { readFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { databaseContent, type DatabaseContent } from '../../../../test/helper/database-content.ts';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import type { HostInlinePlugin, HostPlugin } from '../../src/open/open-options.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import { revision, text } from './support.ts';

const users: HostInlinePlugin = {
  revisions: [
    revision('users@0001_person', 'create table person (id int primary key)', { down: text('drop table person') }),
    revision('users@0002_name', 'alter table person add column name text', {
      revises: 'users@0001_person',
      down: text('alter table person drop column name'),
    }),
  ],
};
const likes: HostInlinePlugin = {
  revisions: [
    revision(
      'likes@0001_like',
      'create table "likes.like" (id int); create view likes_v as select 1; insert into "likes.like" values (1), (2)',
      { dependsOn: ['users@0001_person'], down: text('drop view likes_v; drop table "likes.like"') },
    ),
    revision('likes@0002_count', 'alter table person add column likes_count int; do $$ begin perform 1; end $$', {
      revises: 'likes@0001_like',
      down: text('alter table person drop column likes_count'),
    }),
  ],
};

async function withSession<T>(target: DatabaseTarget, run: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(target);
  try {
    return await run(session);
  } finally {
    await session.close();
  }
}

/** Everything in a database, except that the places of dropped columns stay behind in a table. */
async function contentOf(target: DatabaseTarget): Promise<DatabaseContent> {
  const content = await withSession(target, (session) => databaseContent((sql) => session.query(sql)));
  return { ...content, catalog: content.catalog.map((line) => line.replace(/"dropped": \d+/, '"dropped": …')) };
}

async function withKernel<T>(
  target: DatabaseTarget,
  plugins: Readonly<Record<string, HostPlugin>>,
  run: (kernel: Kernel) => Promise<T>,
): Promise<T> {
  await using kernel = await open({ config: { database: urlOf(target) }, plugins });
  // Not before it has ended: the kernel is closed at the end of this function.
  return await run(kernel);
}

/** A database with two runs: the first applies the revisions that `likes` needs, the second the others. */
async function twoRuns(kind: DatabaseKind): Promise<{ target: DatabaseTarget; between: DatabaseContent; run: string }> {
  const target = await emptyDatabase(kind);
  await withKernel(target, { users, likes }, (kernel) => kernel.upgrade({ to: 'users@0001' }));
  const between = await contentOf(target);
  const { runId: run } = await withKernel(target, { users, likes }, (kernel) => kernel.upgrade());
  return { target, between, run };
}

describe.each(databaseKinds)('undo, on %s', (kind) => {
  it('reverts exactly one run across plugins, and leaves what was before it', async () => {
    const { target, between, run } = await twoRuns(kind);
    await withKernel(target, { users, likes }, async (kernel) => {
      expect(await kernel.plan({ run })).toMatchObject({ steps: { length: 3 }, removed: [] });
      const { applied } = await kernel.undo(run.slice(0, 8));
      expect(applied.toSorted()).toEqual(['likes@0001_like', 'likes@0002_count', 'users@0002_name']);
      for (const again of [run, '', 'zzz']) {
        await expect(kernel.undo(again)).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
      }
    });
    expect(await contentOf(target)).toEqual(between);
  });

  it('uses the SQL in the ledger if the package is gone', async () => {
    const { target, between, run } = await twoRuns(kind);
    const { applied } = await withKernel(target, { users }, (kernel) => kernel.undo(run));
    expect(applied).toHaveLength(3);
    expect(await contentOf(target)).toEqual(between);
  });

  it('is refused before the first statement if a later run depends on it, if a step has no `down`, and for a stamp', async () => {
    const { target, run } = await twoRuns(kind);
    const before = await contentOf(target);
    const bridge = { revisions: [revision('bridge@0001_b', 'create table b ()', { dependsOn: ['likes@0001_like'] })] };
    await withKernel(target, { users, likes, bridge }, async (kernel) => {
      const { runId } = await kernel.upgrade();
      await expect(kernel.undo(run)).rejects.toMatchObject({
        code: 'DOWNGRADE_BLOCKED',
        written: 'Nothing was written.',
      });
      await expect(kernel.undo(runId)).rejects.toMatchObject({ code: 'DOWN_MISSING', written: 'Nothing was written.' });
    });
    const stampedOnly = await emptyDatabase(kind);
    await withKernel(stampedOnly, { users }, async (kernel) => {
      const { runId } = await kernel.stamp('users', { unchecked: true });
      await expect(kernel.undo(runId ?? '')).rejects.toMatchObject({
        code: 'TARGET_ILLEGAL',
        written: 'Nothing was written.',
      });
      expect(await kernel.status()).toMatchObject({ pending: [] });
    });
    await withSession(target, (session) => session.script('drop table b'));
    expect(await contentOf(target)).toEqual(before);
  });
});

describe.each(databaseKinds)('the footprint of a plugin, on %s', (kind) => {
  it('lists its tables, columns and dependents without its package, and exports its rows', async () => {
    const { target } = await twoRuns(kind);
    await withSession(target, (session) =>
      session.script('insert into person (id, likes_count) values (7, 3), (8, null)'),
    );
    const folder = mkdtempSync(join(inject('memory'), 'export-'));
    await withKernel(target, { users }, async (kernel) => {
      expect(await kernel.footprint('likes')).toEqual({
        plugin: 'likes',
        active: false,
        revisions: ['likes@0001_like', 'likes@0002_count'],
        irreversible: [],
        unknown: [],
        dependents: [],
        tables: [{ name: '"likes.like"', rows: 2 }],
        columns: [{ table: 'person', name: 'likes_count', owner: 'users', rows: 1 }],
        others: [{ kind: 'view', name: 'likes_v' }],
      });
      expect(await kernel.footprint('users')).toMatchObject({
        active: true,
        dependents: [{ id: 'likes@0001_like', needs: 'users@0001_person' }],
        tables: [{ name: 'person', rows: 2 }],
        columns: [],
      });
      const files = await kernel.exportData('likes', folder);
      expect(files.map(({ rows }) => rows)).toEqual([2, 2]);
      const lines = files.map(({ file }) => readFileSync(file, 'utf8').trim().split('\n').toSorted());
      expect(lines.map((found) => found.map((line): unknown => JSON.parse(line)))).toEqual([
        [{ id: 1 }, { id: 2 }],
        [
          { id: 7, likes_count: 3 },
          { id: 8, likes_count: null },
        ],
      ]);
      await expect(kernel.exportData('likes', folder)).rejects.toMatchObject({ code: 'EXPORT_FAILED', exitCode: 11 });
      await expect(kernel.footprint('nothing')).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' });
    });
  });
});
