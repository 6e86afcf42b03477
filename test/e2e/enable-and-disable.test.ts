import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { databaseKinds, emptyDatabase, urlOf } from '../helper/database.ts';
import { installedPackage, installPlugin } from '../helper/installed-packages.ts';
import { runKernel, type Finished } from '../helper/kernel-process.ts';
import { openSession } from '../../core/kernel/src/db/session.ts';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';

/** Folders by the name of the package without its scope. */
type Installed = ReadonlyMap<string, string>;

let installed: Installed | null = null;

async function installAll(): Promise<Installed> {
  const scratch = inject('scratch');
  const folders = new Map(['kernel', 'dev', 'plugin-core'].map((name) => [name, installedPackage(scratch, name)]));
  const plugins = ['likes', 'comments', 'messages'];
  const installing = plugins.map(async (name) => folders.set(`plugin-${name}`, await installPlugin(scratch, name)));
  await Promise.all(installing);
  return folders;
}

/**
 * Enables plugins, disables one and enables it again, with real processes and installed packages. Beavy, the ancestor
 * of Headwater, failed once a plugin was disabled, with "Can't locate revision". The tests of one database depend on
 * each other.
 */
describe.each(databaseKinds)('the life of an application on %s', (kind) => {
  let target: DatabaseTarget;
  let cwd: string;

  beforeAll(async () => {
    installed ??= await installAll();
    target = await emptyDatabase(kind);
    cwd = join(inject('scratch'), `walk-${kind}`);
    mkdirSync(join(cwd, 'config'), { recursive: true });
    mkdirSync(join(cwd, 'node_modules/@headwater'), { recursive: true });
    for (const [name, folder] of installed) symlinkSync(folder, join(cwd, 'node_modules/@headwater', name));
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'community', private: true, type: 'module' }));
    writeFileSync(
      join(cwd, 'config/config.json'),
      JSON.stringify({ database: urlOf(target), core: '@headwater/plugin-core', plugins: {} }, null, 2),
    );
  });
  const kernel = (...args: readonly string[]): Promise<Finished> => runKernel(args, { cwd });
  const ok = async (...args: readonly string[]): Promise<Finished> => {
    const done = await kernel(...args);
    expect(done, `${args.join(' ')}\n${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    return done;
  };
  const json = async <T>(...args: readonly string[]): Promise<T> => (await ok(...args, '--json')).json() as T;
  const planned = async (): Promise<readonly string[]> =>
    (await json<{ steps: readonly { id: string }[] }>('migrate:plan')).steps.map((step) => step.id);
  const started = async (): Promise<{ applied: readonly string[]; dormant: readonly string[] }> =>
    json('start', '--once');
  const sql = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const session = await openSession(target);
    try {
      return await session.query<Record<string, unknown>>(text);
    } finally {
      await session.close();
    }
  };

  const core = [
    'core@0001_create_objects',
    'core@0002_create_activities',
    'core@0003_describe_users',
    'core@0004_mark_deleted_objects',
  ];
  const likes = ['likes@0001_create_like', 'likes@0002_count_on_object'];

  it('begins with plugin zero alone', async () => {
    expect((await started()).applied).toEqual(core);
    expect((await started()).applied).toEqual([]);
    expect((await ok('migrate:current')).stdout).toContain('core@0004_mark_deleted_objects');
  });

  it('applies exactly the revisions of likes when likes is enabled', async () => {
    await ok('plugin:enable', 'likes');
    expect(await kernel('migrate:status')).toMatchObject({ code: 3 });
    expect((await started()).applied).toEqual(likes);
    expect(await kernel('migrate:status')).toMatchObject({ code: 0 });
    expect((await ok('migrate:heads')).stdout).toContain('likes@0002_count_on_object');
  });

  it('applies comments and messages in one interleaved plan', async () => {
    await ok('plugin:enable', 'comments');
    await ok('plugin:enable', 'messages');
    const plan = await planned();
    expect(plan).toEqual([
      'comments@0001_create_comment',
      'messages@0001_create_message',
      'comments@0002_create_reply',
      'messages@0002_note_when_read',
    ]);
    expect((await started()).applied).toEqual(plan);
  });

  it('keeps the tables and rows of likes while likes is disabled', async () => {
    await sql(`with u as (insert into core_user (name) values ('ada') returning id),
      o as (insert into core_object (author_id) select id from u returning id, author_id)
      insert into likes_like (user_id, object_id) select author_id, id from o`);
    await ok('plugin:disable', 'likes');
    expect(await started()).toMatchObject({ applied: [], dormant: likes });
    expect((await ok('migrate:status')).stdout).toMatch(/likes.*dormant/s);
    expect((await ok('migrate:heads')).stdout).not.toContain('likes');
    expect((await ok('migrate:history')).stdout).toContain('likes@0002_count_on_object');
    expect(await sql('select count(*)::int as n from likes_like')).toEqual([{ n: 1 }]);
    // The column of the disabled plugin must not prevent an insert.
    await sql('insert into core_object (author_id) select id from core_user limit 1');
    expect(await sql('select likes_count from core_object order by id desc limit 1')).toEqual([{ likes_count: 0 }]);
  });

  it('refuses to revert revisions that a dormant plugin depends on', async () => {
    // The other plugins are reverted first, so that only likes blocks the downgrade.
    await ok('migrate:down', 'comments@base');
    await ok('migrate:down', 'messages@base');
    const refused = await kernel('migrate:down', 'core@base', '--json');
    expect(refused.code).toBe(14);
    expect(refused.json()).toMatchObject({ error: { code: 'DOWNGRADE_BLOCKED', details: { plugins: ['likes'] } } });
    expect(await sql('select count(*)::int as n from likes_like')).toEqual([{ n: 1 }]);
    await ok('migrate:up');
  });

  it('has nothing pending when likes is enabled again', async () => {
    await ok('plugin:enable', 'likes');
    expect(await started()).toMatchObject({ applied: [], dormant: [] });
    const config = JSON.parse(readFileSync(join(cwd, 'config/config.json'), 'utf8')) as { plugins: object };
    expect(Object.keys(config.plugins)).toEqual(['likes', 'comments', 'messages']);
  });

  it('reverts everything with --cascade', async () => {
    const plan = await json<{ steps: readonly { id: string; direction: string }[] }>(
      'migrate:plan',
      '--down',
      'core@base',
      '--cascade',
    );
    expect(plan.steps.at(-1)).toMatchObject({ id: core[0], direction: 'down' });
    await ok('migrate:down', 'core@base', '--cascade');
    expect(await sql(`select count(*)::int as n from pg_tables where schemaname = 'public'`)).toEqual([{ n: 0 }]);
    expect(await planned()).toEqual([
      core[0],
      'comments@0001_create_comment',
      ...likes,
      'messages@0001_create_message',
      core[1],
      'comments@0002_create_reply',
      core[2],
      'messages@0002_note_when_read',
      core[3],
    ]);
  });
});
