import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { onServer, serverUrl } from '../../../../test/helper/database.ts';
import { entitiesSource } from '../../../../test/helper/entities-source.ts';
import type { Finished } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { holding } from '../../../kernel/test/entities/support.ts';

const item = { table: 'core_item', properties: { name: 'p.text()' } };

/** Plugin zero with a revision that creates the table of its entity. */
const core: PluginSketch = {
  entities: entitiesSource({ entities: { Item: item } }),
  revisions: {
    '0001_create_item': {
      up: 'create table core_item (id serial primary key, name text not null)',
      down: 'drop table core_item',
    },
  },
};

/** A plugin without revisions, whose entities declare a table and a column on core's table. */
const likes: PluginSketch = {
  requires: ['core'],
  entities: entitiesSource({
    imports: { core: 'Item' },
    entities: { Like: { table: 'likes_like', properties: { item: '() => p.manyToOne(Item)' } } },
    extend: { Item: 'likesCount: p.integer().default(0)' },
  }),
};

interface Refused {
  readonly error: {
    readonly code: string;
    readonly exitCode: number;
    readonly hint: string;
    readonly message: string;
    readonly written: string;
  };
}

/** Runs `migrate:create`, checks that it refuses and leaves all files unchanged, and returns the refusal. */
async function refusal(project: Project, ...args: readonly string[]): Promise<Refused['error']> {
  const before = filesIn(project);
  const done = await project.kernel('migrate:create', ...args, '--json');
  const { error } = done.json() as Refused;
  expect(done.code, error.message).toBe(error.exitCode);
  expect(filesIn(project)).toEqual(before);
  return error;
}

function filesIn({ cwd }: Project): readonly string[] {
  return readdirSync(join(cwd, 'plugins'), { recursive: true }).map(String).toSorted();
}

function server(): string {
  return serverUrl('postgres');
}

describe('migrate:create with invalid input', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ plugins: { core, likes } });
  });

  it.each([
    ['an unknown plugin', ['likez'], { code: 'PLUGIN_NOT_FOUND', exitCode: 12, hint: holding('likes') }],
    ['no plugin', [], { code: 'USAGE', exitCode: 2 }],
    ['a name without a valid slug', ['likes', '--empty', '--name', '…'], { code: 'REVISION_SLUG_INVALID' }],
    ['a name that is too long', ['likes', '--empty', '--name', 'a'.repeat(120)], { code: 'REVISION_SLUG_INVALID' }],
    ['--pin with a value other than head', ['likes', '--pin', 'x'], { code: 'USAGE', message: holding('"head"') }],
    ['--empty without --name', ['likes', '--empty'], { code: 'USAGE', message: holding('--empty needs --name') }],
    ['--sql without --name', ['likes', '--sql', 'a.sql'], { code: 'USAGE', message: holding('--sql needs --name') }],
    ['both --empty and --sql', ['likes', '--empty', '--sql', 'a.sql', '--name', 'a'], { code: 'USAGE' }],
    ['--rename with --empty', ['likes', '--empty', '--name', 'a', '--rename', 'a:b'], { code: 'USAGE' }],
    ['--check with --empty', ['likes', '--empty', '--name', 'a', '--check'], { code: 'USAGE' }],
    [
      'a missing SQL file',
      ['likes', '--sql', 'nowhere.sql', '--name', 'a'],
      { code: 'SQL_FILE_UNREADABLE', exitCode: 2, message: holding('nowhere.sql') },
    ],
    [
      'a shadow that is not a URL',
      ['likes', '--shadow', 'here'],
      { code: 'DATABASE_URL_INVALID', message: holding('--shadow') },
    ],
    ['a shadow on PGlite', ['likes', '--shadow', 'pglite://'], { code: 'SHADOW_URL_INVALID', exitCode: 2 }],
    [
      'a shadow on a server that does not answer',
      ['likes', '--shadow', 'postgres://postgres@127.0.0.1:1/postgres'],
      { code: 'DATABASE_UNREACHABLE', exitCode: 20 },
    ],
  ])('refuses %s, and writes nothing', async (_, args, expected) => {
    expect(await refusal(project, ...args)).toMatchObject(expected);
  });

  it('refuses a shadow user who may not create databases, and names the missing privilege', async () => {
    await onServer('postgres', `create role makes_nothing login password 'makes-nothing'`);
    const url = new URL(server());
    url.username = 'makes_nothing';
    url.password = 'makes-nothing';
    const error = await refusal(project, 'likes', '--shadow', url.href);
    expect(error).toMatchObject({ code: 'DATABASE_PRIVILEGE', exitCode: 21, message: holding('createdb') });
    expect(JSON.stringify(error)).not.toContain('makes-nothing');
  });

  it('refuses SQL that cannot be parsed, and shows where', async () => {
    project.write('wrong.sql', 'create table likes_a (id int);\ncreate tabel likes_b (id int);\n');
    const error = await refusal(project, 'likes', '--sql', 'wrong.sql', '--name', 'make_tables');
    expect(error).toMatchObject({ code: 'SQL_SYNTAX', message: holding('line 2') });
  });

  it('refuses SQL that changes an object of another plugin, and accepts SQL that only adds a column to it', async () => {
    project.write('foreign.sql', 'alter table core_item drop column name;');
    const error = await refusal(project, 'likes', '--sql', 'foreign.sql', '--name', 'tidy', '--shadow', server());
    expect(error).toMatchObject({ code: 'OWNERSHIP_VIOLATED', exitCode: 35 });
    expect(error.message).toContain('it drops column core_item.name, which belongs to "core"');
    project.write('own.sql', 'alter table core_item add column liked_at timestamptz;');
    const args = ['likes', '--sql', 'own.sql', '--name', 'note_when', '--shadow', server(), '--dry-run', '--json'];
    expect((await project.kernel('migrate:create', ...args)).json()).toMatchObject({
      dependsOn: [{ revision: 'core@0001_create_item', why: 'core_item' }],
    });
  });

  it("refuses SQL that changes another plugin's rows with both ways to allow it, and accepts an allow comment", async () => {
    const statement = "insert into core_item (name) values ('likes');";
    project.write('rows.sql', statement);
    const args = ['likes', '--sql', 'rows.sql', '--name', 'rows', '--shadow', server(), '--dry-run', '--json'];
    const { hint } = await refusal(project, ...args.filter((arg) => arg !== '--json'));
    expect(hint).toContain('"headwater": { "openTables": ["<table>"] }');
    expect(hint).toContain('-- headwater-lint: allow foreign-object: <reason>');
    project.write('rows.sql', `-- headwater-lint: allow foreign-object: core agreed to it\n${statement}`);
    expect((await project.kernel('migrate:create', ...args)).code).toBe(0);
  });

  it('says that a do block cannot be read, and proposes the latest revisions of what the plugin requires', async () => {
    project.write('block.sql', 'do $$ begin perform 1; end $$;');
    const args = ['likes', '--sql', 'block.sql', '--name', 'block', '--shadow', server(), '--dry-run'];
    const { stdout } = await project.kernel('migrate:create', ...args);
    expect(stdout).toContain('opaque-statement: The dependencies of this revision cannot be read');
    expect(stdout).toContain(
      "dependsOn: ['core@0001_create_item'], // the latest revisions of what the plugin requires",
    );
  });

  it('refuses a rename of an unknown table, and suggests the nearest one', async () => {
    const error = await refusal(project, 'likes', '--rename', 'core_items.name:title', '--shadow', server());
    expect(error).toMatchObject({ code: 'RENAME_INVALID', exitCode: 2, message: holding('did you mean "core_item"') });
  });
});

describe('migrate:create in an invalid project', () => {
  it('refuses SQL that uses a plugin which is not a peer dependency, and shows the line to add', async () => {
    const tags: PluginSketch = { revisions: { '0001_create_tag': 'create table tags_tag (id int primary key);' } };
    const project = await makeProject({ plugins: { core, likes, tags } });
    project.write('tags.sql', 'create table likes_tag (tag_id int references tags_tag);');
    const error = await refusal(project, 'likes', '--sql', 'tags.sql', '--name', 'tag');
    expect(error).toMatchObject({
      code: 'REVISION_DEPENDENCY_NOT_REQUIRED',
      exitCode: 14,
      message: holding('tags@0001_create_tag'),
      hint: holding('"peerDependencies": { "@headwater/plugin-tags": "*" }'),
    });
  });

  it('refuses a plugin of an installed package', async () => {
    const project = await makeProject({ plugins: { core, likes: { built: true } } });
    expect(await refusal(project, 'likes')).toMatchObject({ code: 'PLUGIN_NOT_FROM_SOURCES', exitCode: 12 });
  });

  it('leaves out changes in an installed plugin that have no revision, with a warning', async () => {
    const project = await makeProject({ plugins: { core: { ...core, built: true }, likes } });
    // plugin:build refuses such a plugin, so it was changed afterwards.
    const changed = entitiesSource({
      entities: { Item: { ...item, properties: { ...item.properties, lacking: 'p.text().nullable()' } } },
    });
    const imports = `import { defineEntity, p } from '@mikro-orm/core';`;
    project.write('node_modules/@headwater/plugin-core/dist/entities.js', `${imports}\n${changed}`);
    const done = await project.kernel('migrate:create', 'likes', '--shadow', server());
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/warning: the installed @headwater\/plugin-core lacks .* core_item\.lacking/);
    const text = readFileSync(project.fileOf('likes@0001_create_like'), 'utf8');
    expect(text).toContain('add column "likes_count"');
    expect(text).not.toContain('lacking');
  });

  it('refuses a plugin whose entities throw when they are imported', async () => {
    const project = await makeProject({
      plugins: {
        core,
        likes: { ...likes, entities: `export const [entities, extend] = [];\nthrow new Error('no entities today');` },
      },
    });
    expect(await refusal(project, 'likes')).toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      exitCode: 12,
      message: holding('no entities today'),
    });
  });

  it('refuses a branch with two heads, with the command that joins them', async () => {
    const heads = { '0001_one': 'create table likes_a (id int)', '0002_two': 'select 1', '0002_three': 'select 2' };
    const twice = { up: 'select 2', revises: 'likes@0001_one' };
    const project = await makeProject({
      plugins: { core, likes: { ...likes, revisions: { ...heads, '0002_three': twice } } },
    });
    expect(await refusal(project, 'likes')).toMatchObject({
      exitCode: 34,
      hint: holding('kernel migrate:merge likes'),
    });
  });

  it('refuses a branch with a revision that fails in the shadow, with the statement and its place', async () => {
    const revisions = {
      '0001_wrong': 'create table likes_a (id int);\n  create table likes_b (id nothing_like_that);',
    };
    const project = await makeProject({ plugins: { core, likes: { ...likes, revisions } } });
    const error = await refusal(project, 'likes', '--shadow', server());
    expect(error).toMatchObject({ code: 'SHADOW_FAILED', exitCode: 13 });
    expect(error.message).toContain('"likes@0001_wrong"');
    expect(error.message).toContain('line 2, column 28');
    expect(error.message).toContain('create table likes_b (id nothing_like_that);');
  });

  it("refuses entities for which MikroORM's SQL fails, and names the plugin and the statement", async () => {
    const entities = entitiesSource({
      entities: { Like: { table: 'likes_like', properties: { at: `p.string().columnType('no_type')` } } },
    });
    const project = await makeProject({ plugins: { core, likes: { ...likes, entities } } });
    const error = await refusal(project, 'likes', '--shadow', server());
    expect(error).toMatchObject({ code: 'ENTITIES_UNCREATABLE', exitCode: 14 });
    expect(error.message).toMatch(/of "likes".*no_type.*create table "likes_like"/s);
  });

  it('refuses to change how a table is partitioned', async () => {
    const event = `{ type: 'list', expression: 'kind', partitions: [{ name: 'likes_event_a', values: "in ('a')" }] }`;
    const entities = entitiesSource({
      entities: {
        Event: {
          table: 'likes_event',
          rest: `partitionBy: ${event},`,
          properties: { id: 'p.integer().primary().autoincrement(false)', kind: 'p.text().primary()' },
        },
      },
    });
    const revisions = { '0001_create_event': 'create table likes_event (id int, kind text, primary key (id, kind))' };
    const project = await makeProject({ plugins: { core, likes: { entities, revisions } } });
    expect(await refusal(project, 'likes', '--shadow', server())).toMatchObject({
      code: 'PARTITIONING_FIXED',
      message: holding('not partitioned'),
    });
  });

  it('refuses a change to core that breaks another plugin', async () => {
    const revisions = {
      '0001_create_like': {
        dependsOn: ['core@0001_create_item'],
        up: 'create view likes_names as select name from core_item',
      },
    };
    const smaller = entitiesSource({ entities: { Item: { table: 'core_item' } } });
    const project = await makeProject({ plugins: { core: { ...core, entities: smaller }, likes: { revisions } } });
    const error = await refusal(project, 'core', '--shadow', server());
    expect(error).toMatchObject({ code: 'PROOF_FAILED', exitCode: 13 });
    expect(error.message).toContain('one of which depends on an object that it changes');
  });

  it('finds by trying on what it depends if only code created the object, unless --pin names the heads', async () => {
    const revisions = {
      ...core.revisions,
      '0002_by_code': `do $$ begin create table core_hidden (id int primary key); end $$`,
      '0003_more': 'alter table core_item add column more int',
    };
    const project = await makeProject({ plugins: { core: { ...core, revisions }, likes } });
    project.write('hidden.sql', 'alter table core_hidden add column likes_count int;');
    const args = ['likes', '--sql', 'hidden.sql', '--name', 'count', '--shadow', server(), '--dry-run'];
    expect((await project.kernel('migrate:create', ...args)).stdout).toContain(
      `dependsOn: ['core@0002_by_code'], // found by trying: without it, relation "core_hidden" does not exist`,
    );
    const pinned = await project.kernel('migrate:create', ...args, '--pin', 'head', '--json');
    expect(pinned.json()).toMatchObject({ dependsOn: [{ revision: 'core@0003_more' }] });
  });

  it('refuses a folder that it cannot write to', async () => {
    const project = await makeProject({ plugins: { core, likes } });
    symlinkSync('/proc/nowhere/at/all', join(project.folderOf('likes'), 'src/migrations'));
    const error = await refusal(project, 'likes', '--empty', '--name', 'fill_counts');
    expect(error).toMatchObject({ code: 'REVISION_FILE_UNWRITABLE', exitCode: 13, written: holding('Nothing') });
  });
});

describe('migrate:create', () => {
  it('prints the file with --dry-run, and writes one with --empty or with SQL from a file', async () => {
    const project = await makeProject({ plugins: { core, likes: { ...likes, config: null } } });
    const run = async (...args: readonly string[]): Promise<Finished> => {
      const done = await project.kernel('migrate:create', 'likes', ...args);
      expect(done, done.stderr).toMatchObject({ code: 0 });
      return done;
    };
    // The plugin is not in config.json and need not be.
    const before = filesIn(project);
    const printed = await run('--dry-run', '--shadow', server());
    expect(printed.stdout).toContain(`id: 'likes@0001_create_like'`);
    expect(filesIn(project)).toEqual(before);
    expect(await project.kernel('migrate:create', 'likes', '--check', '--shadow', server())).toMatchObject({ code: 3 });
    await run('--empty', '--name', 'Fill counts!');
    const file = project.fileOf('likes@0001_fill_counts');
    const empty = readFileSync(file, 'utf8');
    expect(empty).toContain('// Write the SQL here');
    // An empty revision has to be filled in before the next one.
    expect((await project.kernel('migrate:create', 'likes', '--check', '--shadow', server())).stderr).toContain(
      '`up` is empty',
    );
    writeFileSync(file, empty.replace('up: sql``', 'up: sql`select 1; -- Written here`'));
    project.write('fill.sql', 'create table likes_count (id int);');
    await run('--sql', 'fill.sql', '--name', 'fill_counts', '--shadow', server());
    expect(readFileSync(project.fileOf('likes@0002_fill_counts'), 'utf8')).toContain('create table likes_count');
  });
});
