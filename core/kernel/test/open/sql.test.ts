import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseContent, type DatabaseContent } from '../../../../test/helper/database-content.ts';
import { databaseKinds, emptyDatabase, urlOf, type DatabaseKind } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { openSession } from '../../src/db/session.ts';
import type { HostPlugin } from '../../src/open/open-options.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import { revision, text } from './support.ts';

/** Revisions that depend on how they are run: quotes, settings, sequences, deferred constraints, new enum values. */
const plugins: Readonly<Record<string, HostPlugin>> = {
  users: {
    revisions: [
      revision('users@0001_person', "create table person (id serial primary key, note text default '$hw$''');", {
        down: text('drop table person'),
      }),
      revision('users@0002_mood', "create type mood as enum ('good'); alter table person add column mood mood -- end", {
        revises: 'users@0001_person',
        down: text('alter table person drop column mood; drop type mood'),
      }),
      revision('users@0003_bad', "alter type mood add value 'bad'", {
        revises: 'users@0002_mood',
        down: text('select 1'),
      }),
      revision(
        'users@0004_rows',
        "set datestyle = 'German'; insert into person (mood) values ('bad'), ('good'), ('bad')",
        {
          revises: 'users@0003_bad',
          breaking: true,
          down: text('delete from person'),
        },
      ),
    ],
  },
  shop: {
    revisions: [
      revision(
        'shop@0001_order',
        'create table "Order" (id int primary key, person int references person deferrable initially deferred)',
        { dependsOn: ['users@0001_person'], down: text('drop table "Order"') },
      ),
      revision('shop@0002_rows', 'insert into "Order" values (1, 3)', {
        revises: 'shop@0001_order',
        dependsOn: ['users@0004_rows'],
        down: text('delete from "Order"'),
      }),
    ],
  },
};

interface Content extends DatabaseContent {
  readonly ledger: readonly unknown[];
  readonly runs: readonly unknown[];
}

/** Runs a script and reads everything that the scripts and the runner may leave. */
async function contentOf(target: DatabaseTarget, script = ''): Promise<Content> {
  const session = await openSession(target);
  try {
    await session.script(script);
    const ledger = await session.query(
      `select plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, objects
        from kernel.ledger order by plugin, slug`,
    );
    const runs = await session.query('select kind, outcome, error, applied from kernel.run order by started_at');
    return { ...(await databaseContent((sql) => session.query(sql))), ledger, runs };
  } finally {
    await session.close();
  }
}

async function openOn(target: DatabaseTarget, more: Readonly<Record<string, HostPlugin>> = plugins): Promise<Kernel> {
  const kernel = await open({ config: { database: urlOf(target) }, plugins: more });
  onTestFinished(() => kernel.close());
  return kernel;
}

/** Returns the content of a new database after a function of the kernel. */
async function contentAfter(kind: DatabaseKind, run: (kernel: Kernel) => Promise<unknown>): Promise<Content> {
  const target = await emptyDatabase(kind);
  const kernel = await openOn(target);
  await run(kernel);
  await kernel.close();
  return contentOf(target);
}

describe.each(databaseKinds)('a plan as a script, on %s', (kind) => {
  it('leaves the same ledger, catalog and rows as the upgrade, and can be repeated', async () => {
    const upgraded = await contentAfter(kind, (kernel) => kernel.upgrade());
    const target = await emptyDatabase(kind);
    const offline = await openOn(target);
    const { sql, revisions, opaque } = await offline.sql();
    expect(revisions).toHaveLength(6);
    expect(opaque).toEqual([]);
    expect((await offline.sql()).sql).toBe(sql);
    await offline.close();
    expect(await contentOf(target, sql)).toEqual(upgraded);
    expect(await contentOf(target, sql)).toEqual(upgraded);

    const kernel = await openOn(target);
    expect(await kernel.status()).toMatchObject({ pending: [], error: null });
    expect(await kernel.upgrade()).toMatchObject({ applied: [] });
    expect(await kernel.sql({ current: true })).toMatchObject({ revisions: [], sql: '' });
    expect(await kernel.downgrade('shop@base')).toMatchObject({ applied: ['shop@0002_rows', 'shop@0001_order'] });
    expect(await kernel.sql({ current: true })).toMatchObject({ revisions: ['shop@0001_order', 'shop@0002_rows'] });
  });

  it('continues from a known state, and reverts', async () => {
    const twice = async (kernel: Kernel): Promise<void> => {
      await kernel.upgrade({ to: 'users@0002' });
      await kernel.upgrade();
    };
    const upgraded = await contentAfter(kind, twice);
    const target = await emptyDatabase(kind);
    const kernel = await openOn(target);
    const first = await kernel.sql({ to: 'users@0002' });
    const second = await kernel.sql({ from: ['users@0002'] });
    const down = await kernel.sql({ down: 'users@0001', cascade: true });
    await kernel.close();
    await contentOf(target, first.sql);
    expect(await contentOf(target, second.sql)).toEqual(upgraded);
    const reverted = await contentAfter(kind, async (other) => {
      await twice(other);
      await other.downgrade('users@0001', { cascade: true });
    });
    expect(down).toMatchObject({ direction: 'down', revisions: { length: 4 } });
    expect(await contentOf(target, down.sql)).toEqual(reverted);
  });

  it('does nothing after a failed revision, and names the revisions that it cannot observe or run', async () => {
    const bad = revision('bad@0001_do', 'do $$ begin execute \'create table "Order" ()\'; end $$');
    const target = await emptyDatabase(kind);
    const kernel = await openOn(target, { ...plugins, bad: { revisions: [bad] } });
    const { sql, opaque, revisions } = await kernel.sql();
    const code = revision('bad@0001_do', '', { up: async () => {}, version: 1 });
    const refused = await openOn(target, { bad: { revisions: [code] } });
    await expect(refused.sql()).rejects.toMatchObject({
      code: 'PLAN_NOT_SQL',
      details: { revisions: ['bad@0001_do'] },
    });
    await kernel.close();
    expect(opaque).toEqual(['bad@0001_do']);
    expect(revisions[0]).toBe('bad@0001_do');
    const session = await openSession(target);
    onTestFinished(() => session.close());
    // Like a client that goes on after an error.
    const transactions = sql.split(/(?<=^commit;)$/m);
    const failures: unknown[] = [];
    await session.script('create table "Order" ()');
    for (const part of transactions) await session.script(part).catch((error: unknown) => failures.push(error));
    expect(failures).toHaveLength(revisions.length);
    expect(await session.query('select count(*)::int as rows from kernel.ledger')).toEqual([{ rows: 0 }]);
  });
});
