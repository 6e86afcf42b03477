import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RevisionCode } from '../../../kernel/src/contract/define-revision.ts';
import type { Finding } from '../../src/lint/finding.ts';
import { verify } from '../../src/verify/verify.ts';
import { openShadow, type Shadow } from '../../src/shadow/shadow.ts';
import type { PluginSketch } from '../../../../test/helper/project.ts';
import { core, loadPlugins } from '../authoring/plugin-sets.ts';

const onObject = ['core@0001_create_object'];

describe('verifying revisions', () => {
  let shadow: Shadow;
  beforeAll(async () => {
    shadow = await openShadow();
  });
  afterAll(() => shadow[Symbol.asyncDispose]());

  async function found(
    plugins: Readonly<Record<string, PluginSketch>>,
    { orders = 0 }: { readonly orders?: number } = {},
  ): Promise<readonly Finding[]> {
    const set = await loadPlugins({ core, ...plugins });
    const names = set.plugins.map(({ name }) => name);
    const { findings } = await verify({
      set,
      plugins: names,
      shadow: { ...shadow, plugins: set.plugins },
      orders,
      onStage() {},
    });
    // These projects declare no entities, so everything their revisions create counts as drift.
    return findings.filter(({ rule }) => rule !== 'entities');
  }

  const notes = (up: string, more: Partial<PluginSketch['revisions']> & object = {}): PluginSketch => ({
    revisions: { '0001_create_note': { up, dependsOn: onObject }, ...more },
  });

  it('reports each stage: each revision, the comparison with entities, and each order', async () => {
    const set = await loadPlugins({
      core,
      notes: notes('create table note (id int primary key);'),
      other: { revisions: { '0001_create_other': { up: 'create table other (id int);' } } },
    });
    const stages: string[] = [];
    const onStage = (stage: string): void => void stages.push(stage);
    const options = {
      plugins: ['core', 'notes', 'other'],
      shadow: { ...shadow, plugins: set.plugins },
      orders: 1,
      onStage,
    };
    await verify({ ...options, set });
    expect(stages).toEqual([
      'proving core@0001_create_object',
      'proving notes@0001_create_note',
      'proving other@0001_create_other',
      'comparing entities and revisions',
      '"other" is activated after all others',
      'random order 1 of 1',
    ]);
  });

  it("finds nothing in valid revisions, even if one adds an indexed column to another plugin's table", async () => {
    const likes: PluginSketch = {
      revisions: {
        '0001_create_like': {
          dependsOn: onObject,
          up: `create table likes_like (id serial primary key, object_id int references core_object);
            create index likes_like_object on likes_like (object_id);`,
          down: 'drop table likes_like;',
        },
        '0002_count': {
          up: `alter table core_object add column likes_count int not null default 0;
            create index core_object_likes on core_object (likes_count);
            update core_object set likes_count = 0;`,
          down: 'alter table core_object drop column likes_count;',
        },
        '0003_drop_index': {
          up: 'drop index core_object_likes;',
          down: 'create index core_object_likes on core_object (likes_count);',
        },
      },
    };
    expect(await found({ likes }, { orders: 3 })).toEqual([]);
  });

  it("lets a plugin fill the column that the same revision adds to another plugin's table, beside a function", async () => {
    const up = `alter table core_object add column notes_n int;
      create function notes_f() returns int language sql as 'select 1';
      update core_object set notes_n = notes_f();`;
    const down = 'drop function notes_f(); alter table core_object drop column notes_n;';
    const revisions = { '0001_count': { up, down, dependsOn: onObject } };
    expect(await found({ notes: { revisions } })).toEqual([]);
  });

  it('lets a plugin change rows of temporary tables, and of tables that their owners opened', async () => {
    const queue: PluginSketch = {
      openTables: ['queue_job'],
      revisions: {
        '0001_job': {
          up: 'create table queue_job (name text); create table queue_log (name text);',
          down: 'drop table queue_job, queue_log;',
        },
      },
    };
    const mail = (table: string): PluginSketch => ({
      requires: ['queue'],
      revisions: {
        '0001_job': {
          dependsOn: ['queue@0001_job'],
          up: `create temp table jobs (name text); insert into jobs values ('mail'); insert into ${table} select name from jobs;`,
          down: `delete from ${table} where name = 'mail';`,
        },
      },
    });
    expect(await found({ queue, mail: mail('queue_job') })).toEqual([]);
    expect(await found({ queue, mail: mail('queue_log') })).toMatchObject([{ plugin: 'mail', rule: 'ownership' }]);
  });

  it('finds a revision with an undeclared dependency', async () => {
    const shy: PluginSketch = {
      revisions: { '0001_refer': 'create table shy_note (object_id int references core_object);' },
    };
    const [finding, ...others] = await found({ shy });
    expect(finding).toMatchObject({ plugin: 'shy', revision: 'shy@0001_refer', rule: 'alone' });
    expect(finding?.message).toContain('relation "core_object" does not exist');
    expect(others).toEqual([]);
  });

  it('finds a `down` that does not revert its `up`, and continues with the next revision', async () => {
    const findings = await found({
      notes: {
        revisions: {
          '0001_create_note': {
            up: 'create table note (id int); create table note_tag (id int);',
            down: 'drop table note;',
          },
          '0002_add_text': {
            up: 'alter table note add column text text;',
            down: 'alter table note add column other text;',
          },
        },
      },
    });
    expect(findings).toMatchObject([
      { revision: 'notes@0001_create_note', rule: 'undo', differences: ['create table note_tag'] },
      {
        revision: 'notes@0002_add_text',
        rule: 'undo',
        differences: ['add column note.text text', 'add column note.other text'],
      },
    ]);
  });

  it.each([
    ['a column', 'alter table note add column n int;', 'select 1;', ['add column note.n int']],
    ['a table', 'create table note_tag (id int);', 'alter table note_tag rename to tag;', ['create table tag']],
    ['an index', 'create index i on note (id);', 'comment on index i is null;', ['add index note.i over id']],
    [
      'a table whose rows stay in another one',
      'create table note_tag (id int);',
      'drop table note_tag; insert into note values (1); create table note_tag (id int);',
      ['create table note_tag'],
    ],
  ])('finds a `down` that does not revert %s which `up` creates', async (_, up, down, differences) => {
    const base = { up: 'create table note (id int);', down: 'drop table note;' };
    const findings = await found({
      notes: {
        revisions: { '0001_create_note': base, '0002_add': { up, down }, '0003_last': 'create table last (id int);' },
      },
    });
    expect(findings).toMatchObject([{ revision: 'notes@0002_add', rule: 'undo', differences }]);
  });

  it('finds an `up` that its `down` makes impossible, although the schema is the same', async () => {
    const findings = await found({
      notes: {
        revisions: {
          '0001_create_note': 'create table note (id int);',
          '0002_key': {
            up: 'create unique index note_id on note (id);',
            down: 'drop index note_id; insert into note values (1), (1);',
          },
        },
      },
    });
    expect(findings).toMatchObject([{ revision: 'notes@0002_key', rule: 'undo' }]);
    expect(findings[0]?.message).toContain('could not create unique index');
  });

  it('accepts a `down` that creates an object again', async () => {
    const revisions = {
      '0001_create_note': 'create table note (id int); create view note_ids as select id from note;',
      '0002_text': {
        up: 'alter table note add column text text;',
        down: `drop view note_ids; alter table note drop column text; create view note_ids as select id from note;`,
      },
      '0003_more': { up: 'alter table note add column more text;', down: 'alter table note drop column more;' },
    };
    expect(await found({ notes: { revisions } })).toEqual([]);
  });

  it.each([
    ['a table that becomes unlogged', 'alter table note set unlogged', 'set persistence on table note'],
    ['an increment', 'alter sequence note_id_seq increment by 50', 'set sequence on column note.id'],
    ['a rule', 'create rule r as on delete to note do instead nothing', 'create rule note.r'],
    ['a privilege', 'grant all on note to public', 'set privileges of public on table note'],
    ['a disabled trigger', 'alter table note disable trigger t', 'set state on trigger note.t'],
    ['a storage parameter', 'alter table note set (fillfactor = 50)', 'set storage parameter fillfactor on table note'],
    ['a comment on a function', "comment on function f() is 'x'", 'set comment on function f()'],
    ['the option of a view', 'alter view v set (security_barrier)', 'set storage parameter security_barrier on view v'],
    ['extended statistics', 'create statistics s on id, text from note', 'create statistics s'],
    ['a replica identity', 'alter table note replica identity full', 'set replica identity on table note'],
  ])('finds a `down` that does not revert %s', async (_, up, difference) => {
    const findings = await found({
      notes: {
        revisions: {
          '0001_create_note': `create table note (id serial, text text); create view v as select text from note;
            create function f() returns trigger language plpgsql as 'begin return new; end';
            create trigger t before insert on note for each row execute function f();`,
          '0002_change': { up: `${up};`, down: 'select 1;' },
        },
      },
    });
    expect(findings).toMatchObject([{ revision: 'notes@0002_change', rule: 'undo', differences: [difference] }]);
  });

  it.each([
    [
      'alters a column',
      'alter table core_object alter column title type varchar(10);',
      'changes column core_object.title',
    ],
    ['drops a column', 'alter table core_object drop column title;', 'drops column core_object.title'],
    ['drops a table in a do block', 'do $$ begin drop table core_object; end $$;', 'drops table core_object'],
    [
      'adds an index over a column',
      'create index on core_object (title);',
      'creates index core_object_title_idx of core_object',
    ],
    [
      'adds a constraint over a column',
      'alter table core_object add check (title <> $$x$$);',
      'creates constraint core_object_title_check of core_object',
    ],
    [
      'adds a trigger to a table',
      `create function notes_f() returns trigger language plpgsql as 'begin return new; end';
      create trigger notes_t before insert on core_object for each row execute function notes_f();`,
      'creates trigger notes_t of core_object',
    ],
    ['changes rows', "insert into core_object (title) values ('x');", 'changes rows of table core_object'],
  ])('finds a revision that %s of another plugin', async (_, up, expected) => {
    const findings = await found({ notes: notes(up) });
    expect(findings.filter(({ rule }) => rule === 'ownership')).toMatchObject([{ revision: 'notes@0001_create_note' }]);
    expect(findings[0]?.message).toContain(expected);
  });

  it('finds changes that code makes', async () => {
    const coder: PluginSketch = {
      revisions: { '0001_code': { up: 'select 1;', dependsOn: onObject } },
    };
    const set = await loadPlugins({ core, coder });
    const run: RevisionCode = async ({ query, sql }) => {
      await query(sql`alter table core_object add column code text not null`);
    };
    const plugins = set.plugins.map((plugin) => ({
      ...plugin,
      revisions: plugin.revisions.map((revision) =>
        revision.plugin === 'coder' ? { ...revision, up: { kind: 'code' as const, version: 1, run } } : revision,
      ),
    }));
    const coded = { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
    const { findings } = await verify({ set: coded, plugins: ['coder'], shadow, orders: 0, onStage() {} });
    expect(findings[0]).toMatchObject({ revision: 'coder@0001_code', rule: 'required' });
    expect(findings[0]?.message).toContain('core_object.code is `not null` without a default');
  });

  it('finds a plugin that can no longer be activated after a later revision of core', async () => {
    const moved: PluginSketch = {
      revisions: { ...core.revisions, '0002_rename': 'alter table core_object rename column title to name;' },
    };
    const findings = await found({
      core: moved,
      notes: notes(
        'create table note (id int); alter table note add column copy text; update note set copy = (select title from core_object limit 1);',
      ),
    });
    expect(findings).toMatchObject([{ revision: 'notes@0001_create_note', rule: 'order' }]);
    expect(findings[0]?.message).toContain('core@0002_rename');
    expect(findings[0]?.differences).toEqual([
      'shortest order that fails: core@0001_create_object, core@0002_rename, notes@0001_create_note',
    ]);
  });

  it('finds two plugins that do not commute, and shows the shortest order that differs', async () => {
    const first: PluginSketch = {
      revisions: { '0001_a': { up: 'create table if not exists shared (a int);', dependsOn: onObject } },
    };
    const second: PluginSketch = {
      revisions: {
        '0001_b': { up: 'create table if not exists shared (b int);', dependsOn: onObject },
        '0002_b': { up: 'create table second_other (id int);' },
      },
    };
    const findings = await found({ first, second });
    const finding = findings.find(({ rule }) => rule === 'order');
    expect(finding?.message).toContain('first@0001_a and second@0001_b do not commute');
    expect(finding?.differences.at(-1)).toBe(
      'shortest order that differs from a fresh database: core@0001_create_object, second@0001_b, first@0001_a',
    );
  });

  it('finds problems that only random orders reveal', async () => {
    // The order only matters if the second revision of `early` runs between the two of `later`.
    const early: PluginSketch = {
      revisions: {
        '0001_a': { up: 'create table early_a (id int);', dependsOn: onObject },
        '0002_b': `do $$ begin if to_regclass('later_a') is not null and to_regclass('later_b') is null then
          create table odd (id int); end if; end $$;`,
        '0003_c': 'create table early_c (id int);',
      },
    };
    const later: PluginSketch = {
      revisions: {
        '0001_a': { up: 'create table later_a (id int);', dependsOn: onObject },
        '0002_b': 'create table later_b (id int);',
      },
    };
    expect(await found({ early, later })).toEqual([]);
    const [drawn, ...others] = await found({ early, later }, { orders: 20 });
    expect(drawn?.message).toContain('early@0002_b and later@0001_a do not commute');
    expect(drawn?.differences).toEqual([
      'create table odd',
      'shortest order that differs from a fresh database: core@0001_create_object, early@0001_a, later@0001_a, early@0002_b',
    ]);
    expect(others).toEqual([]);
  });
});
