import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import { installedPackage, installPlugin } from '../helper/installed-packages.ts';
import { runKernel, type Finished } from '../helper/kernel-process.ts';
import { dumpSchema } from '../helper/schema-dump.ts';

const workspace = join(import.meta.dirname, '../..');

/**
 * Databases of the first release, each with one pending revision. At that time plugin zero was part of the kernel's
 * package. This release must upgrade them.
 */
describe.each(databaseKinds)('a database of the first release on %s', (kind) => {
  let target: DatabaseTarget;
  let cwd: string;

  const kernel = (...args: readonly string[]): Promise<Finished> => runKernel(args, { cwd });
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const done = await kernel(...args, '--json');
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    return done.json();
  };
  const configure = (database: DatabaseTarget): void => {
    const plugins = { likes: {}, comments: {}, messages: {}, app: { $package: '@headwater/app' } };
    const config = { database: urlOf(database), core: '@headwater/plugin-core', plugins };
    writeFileSync(join(cwd, 'config.json'), JSON.stringify(config));
  };
  const inDatabase = async <T>(database: DatabaseTarget, work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await openSession(database);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  const query = (text: string): Promise<readonly unknown[]> => inDatabase(target, ({ query: run }) => run(text));

  beforeAll(async () => {
    cwd = join(realpathSync(inject('scratch')), `old-database-${kind}`);
    const modules = join(cwd, 'node_modules/@headwater');
    mkdirSync(modules, { recursive: true });
    symlinkSync(installedPackage(inject('scratch'), 'kernel'), join(modules, 'kernel'), 'junction');
    const plugins = ['core', 'likes', 'comments', 'messages', 'app'];
    await Promise.all(
      plugins.map(async (name) => {
        const folder = await installPlugin(inject('scratch'), name);
        symlinkSync(folder, join(modules, name === 'app' ? 'app' : `plugin-${name}`), 'junction');
      }),
    );
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'community', private: true, type: 'module' }));
    target = await emptyDatabase(kind);
    const text = readFileSync(join(workspace, 'test/fixtures/database-format-1.sql'), 'utf8');
    await inDatabase(target, (session) => session.script(text));
    configure(target);
  });

  it('has exactly one pending revision, the one that had not been applied', async () => {
    const status = await kernel('migrate:status');
    expect(status, status.stdout + status.stderr).toMatchObject({ code: 3 });
    expect(status.stdout).toMatch(/core +up to date +4 applied/);
    expect(status.stdout).toMatch(/likes +pending +1 applied +1 pending/);
    expect(status.stdout.match(/up to date/g)).toHaveLength(4);
  });

  it('is upgraded, with its rows', async () => {
    expect(await json('migrate:up')).toMatchObject({ applied: ['likes@0002_count_on_object'] });
    expect(await query('select id, author_id, likes_count from core_object order by id')).toEqual([
      { id: 1, author_id: 1, likes_count: 2 },
      { id: 2, author_id: 2, likes_count: 1 },
      { id: 3, author_id: 1, likes_count: 0 },
    ]);
    expect(await query('select kind, plugin, slug from kernel.event')).toEqual([
      { kind: 'downgrade', plugin: 'messages', slug: '0001_create_message' },
    ]);
  });

  it('then has nothing pending and no drift', async () => {
    const status = await kernel('migrate:status');
    expect(status, status.stdout + status.stderr).toMatchObject({ code: 0 });
    expect(status.stdout).toContain('Nothing is pending.');
    expect(status.stdout.match(/up to date/g)).toHaveLength(5);
    expect(await json('start', '--once')).toMatchObject({ applied: [], dormant: [], ahead: [] });
  });

  it('has the same schema, the same revision ids and the same hashes as a new database', async () => {
    const contents = (database: DatabaseTarget): Promise<unknown> =>
      inDatabase(database, async (session) => ({
        schema: await dumpSchema((text) => session.query(text)),
        ledger: await session.query(
          'select plugin, slug, revises, depends_on, raw, breaking, up, down from kernel.ledger order by plugin, slug',
        ),
      }));
    const upgraded = await contents(target);
    const fresh = await emptyDatabase(kind);
    configure(fresh);
    await json('migrate:up');
    expect(upgraded).toEqual(await contents(fresh));
  });
});
