import { beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { openSession, type Session } from '../../core/kernel/src/db/session.ts';
import { databaseKinds, emptyDatabase, type DatabaseKind } from '../helper/database.ts';
import { makeProject, type PluginSketch, type Project } from '../helper/project.ts';
import { dumpSchema } from '../helper/schema-dump.ts';

/** A plugin that does not use plugin zero. */
const notes: PluginSketch = {
  requiresCore: false,
  revisions: { '0001_create_note': 'create table notes_note (id int primary key);' },
};

/** A plugin that needs plugin zero's table of users. */
const likes: PluginSketch = {
  revisions: {
    '0001_create_like': {
      up: 'create table likes_like (user_id int references core_user);',
      dependsOn: ['core@0001_create_objects'],
    },
  },
};

const withoutCore = { core: undefined };
const lineToAdd = '"core": "@headwater/plugin-core"';

async function inDatabase<T>(target: DatabaseTarget, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(target);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function tablesIn(target: DatabaseTarget): Promise<readonly string[]> {
  const text = `select schemaname || '.' || tablename as name from pg_tables
    where schemaname !~ '^pg_' and schemaname <> 'information_schema' order by 1`;
  const rows = await inDatabase(target, (session) => session.query<{ name: string }>(text));
  return rows.map(({ name }) => name);
}

/** The commands that must refuse. All use the same check, so one command is enough on the slower engine. */
function commandsOn(kind: DatabaseKind): readonly (readonly string[])[] {
  const start = ['start', '--once'];
  return kind === 'postgres' ? [['migrate:plan'], ['migrate:up'], start] : [start];
}

const ok = async (project: Project, ...args: readonly string[]): Promise<unknown> => {
  const done = await project.kernel(...args, '--json');
  expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
  return done.json();
};

describe.each(databaseKinds)('an application without plugin zero on %s', (kind) => {
  const commands = commandsOn(kind);
  let target: DatabaseTarget;
  beforeAll(async () => {
    target = await emptyDatabase(kind);
  });

  it('has only the ledger if it has no plugins', async () => {
    const project = await makeProject({ database: target, config: withoutCore });
    expect(await ok(project, 'start', '--once')).toMatchObject({ applied: [], dormant: [] });
    expect((await tablesIn(target)).filter((name) => !name.startsWith('kernel.'))).toEqual([]);
  });

  it('has the ledger and the tables of plugins that do not need plugin zero', async () => {
    const project = await makeProject({ database: target, plugins: { notes }, config: withoutCore });
    expect(await ok(project, 'start', '--once')).toMatchObject({ applied: ['notes@0001_create_note'] });
    const tables = await tablesIn(target);
    expect(tables).toContain('kernel.ledger');
    expect(tables.filter((name) => !name.startsWith('kernel.'))).toEqual(['public.notes_note']);
    expect(await ok(project, 'migrate:status')).toMatchObject({ branches: [{ plugin: 'notes', state: 'active' }] });
    expect(await ok(project, 'start', '--once')).toMatchObject({ applied: [], dormant: [], ahead: [] });
  });

  it.each(commands)('refuses a plugin that needs plugin zero in %s, and shows the line to add', async (...command) => {
    const fresh = await emptyDatabase(kind);
    const project = await makeProject({ database: fresh, plugins: { likes, notes }, config: withoutCore });
    const refused = await project.kernel(...command, '--json');
    expect(refused.code).toBe(14);
    expect(refused.json()).toMatchObject({
      error: {
        code: 'REQUIREMENT_MISSING',
        details: { plugin: 'likes', needs: 'core', needsPackage: '@headwater/plugin-core', installed: true },
        hint: expect.stringContaining(lineToAdd) as unknown,
      },
    });
    expect(await tablesIn(fresh)).toEqual([]);
    project.reconfigure((config) => (config['core'] = '@headwater/plugin-core'));
    expect(await ok(project, 'migrate:up')).toMatchObject({
      applied: expect.arrayContaining(['core@0001_create_objects', 'likes@0001_create_like']) as unknown,
    });
  });
});

describe.each(databaseKinds)('a database on %s whose ledger has revisions of plugin zero', (kind) => {
  const commands = commandsOn(kind);
  let target: DatabaseTarget;
  let project: Project;
  beforeAll(async () => {
    target = await emptyDatabase(kind);
    await ok(await makeProject({ database: target }), 'migrate:up');
    // The revision of the plugin is pending.
    project = await makeProject({ database: target, plugins: { notes }, config: withoutCore });
  });

  /** Returns everything that a command could change. */
  const contents = (): Promise<unknown> =>
    inDatabase(target, async (session) => ({
      schema: await dumpSchema((text) => session.query(text)),
      ledger: await session.query('select * from kernel.ledger order by plugin, slug'),
    }));

  it.each(commands)('is refused by %s without the key "core", and stays unchanged', async (...command) => {
    const before = await contents();
    const refused = await project.kernel(...command, '--json');
    expect(refused.code).toBe(10);
    expect(refused.json()).toMatchObject({
      error: {
        code: 'CORE_NOT_CONFIGURED',
        details: { revisions: 4 },
        hint: expect.stringContaining(lineToAdd) as unknown,
      },
    });
    expect(await contents()).toEqual(before);
  });

  it('is upgraded once the line is added', async () => {
    project.reconfigure((config) => (config['core'] = '@headwater/plugin-core'));
    expect(await ok(project, 'start', '--once')).toMatchObject({ applied: ['notes@0001_create_note'], dormant: [] });
  });
});
