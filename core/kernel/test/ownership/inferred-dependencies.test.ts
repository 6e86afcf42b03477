import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSql } from '../../src/contract/sql.ts';
import { readFileSync } from 'node:fs';
import { inferDependencies } from '../../src/ownership/inferred-dependencies.ts';
import { schemaHistory } from '../../src/ownership/schema-history.ts';
import { readRevisionFiles, revisionsUpTo } from '../../../../test/helper/revision-files.ts';
import { historyOf } from '../sql/support.ts';

const root = join(import.meta.dirname, '../../../..');

/** A core plugin in which each revision revises the previous one. */
const core = [
  'core@1: create table core_user (id serial primary key, name varchar(64) not null)',
  'core@2: create table core_object (id int primary key, author int references core_user)',
  'core@3: alter table core_user add column seen timestamptz; create unique index core_user_name on core_user (name)',
  "core@4: create type mood as enum ('sad'); create function touch() returns trigger language plpgsql as ''",
  'core@5: alter table core_user rename column name to login',
  'core@6: alter table core_object rename to core_thing',
] as const;

async function dependencies(plugin: string, sql: string, ...history: readonly string[]): Promise<readonly string[]> {
  const dependsOn = await inferDependencies(plugin, sql, await historyOf(...history));
  return dependsOn.map(({ revision, objects }) => `${revision}: ${objects.join(', ')}`);
}

describe('a dependency is the exact revision that created or last changed an object the SQL touches', () => {
  const cases: [sql: string, expected: string[]][] = [
    ['create table likes_like (id int)', []],
    ['create table likes_like (u int references core_user)', ['core@1: core_user']],
    ['create table likes_like (u int references core_user (id))', ['core@1: core_user']],
    ['alter table core_user add column likes int', ['core@1: core_user']],
    [
      'create table likes_like (n varchar(64) references core_user (login))',
      ['core@5: core_user.login, core_user_name'],
    ],
    ['create index on core_user (seen)', ['core@3: core_user.seen']],
    ['update core_user set seen = now() where id = 1', ['core@3: core_user.seen']],
    ['alter table core_thing add column likes int', ['core@6: core_thing']],
    ['alter table core_object add column likes int', []],
    ['create table likes_like (m mood)', ['core@4: mood']],
    ['create table likes_like (m mood[], u int references core_user)', ['core@4: mood, core_user']],
    [
      'create table likes_like (id int); create trigger x before insert on likes_like for each row execute function touch()',
      ['core@4: touch'],
    ],
    ['create view likes_view as select login from core_user', ['core@5: core_user.login']],
    ["select nextval('core_user_id_seq'), lower('a')", []],
    ['drop table core_thing', ['core@6: core_thing']],
    ['drop table if exists core_thing', ['core@6: core_thing']],
    ['truncate core_user', ['core@1: core_user']],
  ];
  it.each(cases)('%s', async (sql, expected) => {
    expect(await dependencies('likes', sql, ...core)).toEqual(expected);
  });

  it('for every plugin, sorted', async () => {
    const history = [
      ...core,
      'notes@1: create table notes_note (id int primary key)',
      'album@1: create table album_photo (id int primary key)',
    ];
    const sql =
      'create table likes_like (n int references notes_note, a int references album_photo, u int references core_user)';
    expect(await dependencies('likes', sql, ...history)).toEqual([
      'album@1: album_photo',
      'core@1: core_user',
      'notes@1: notes_note',
    ]);
  });

  it('from the plugin that last changed the object, even if another plugin owns it', async () => {
    const history = [...core, 'notes@1: alter table core_user alter column seen set default now()'];
    expect(await dependencies('likes', 'update core_user set seen = now()', ...history)).toEqual([
      'core@1: core_user',
      'notes@1: core_user.seen',
    ]);
    expect(await dependencies('notes', 'update core_user set seen = now()', ...history)).toEqual(['core@1: core_user']);
  });

  it('even if the SQL does not state which table has a column', async () => {
    const sql = 'create table likes_like (id int); update likes_like set id = 1 from core_user where seen is null';
    expect(await dependencies('likes', sql, ...core)).toEqual(['core@3: core_user.seen']);
  });

  it('and does not exist if the SQL itself creates the object', async () => {
    const sql =
      'alter table core_user add column likes int; create index on core_user (likes); alter table core_user rename likes to fans';
    expect(await dependencies('likes', sql, ...core)).toEqual(['core@1: core_user']);
    expect(
      await dependencies('likes', "create type mood2 as enum ('x'); create table likes_like (m mood2)", ...core),
    ).toEqual([]);
  });

  const columnsThatNobodyLists: [created: string, changed: string][] = [
    ['create table core_x as select 1 as x', 'alter table core_x rename x to y'],
    ['create table core_x as select * from core_user', 'alter table core_x rename login to y'],
    ['select 1 as y into core_x', 'alter table core_x alter y type bigint'],
    ['create view core_x as select 1 as x', 'alter view core_x rename column x to y'],
    ['create materialized view core_x as select 1 as x', 'alter materialized view core_x rename x to y'],
  ];
  it.each(columnsThatNobodyLists)('%s · %s', async (created, changed) => {
    const history = [...core, `core@7: ${created}`, `core@8: ${changed}`];
    expect(await dependencies('likes', 'create view likes_x as select y from core_x', ...history)).toEqual([
      'core@8: core_x.y',
    ]);
  });

  it('and no temporary object creates one', async () => {
    const history = [
      'core@1: create temp table scratch (a int); create temp view shown as select a from scratch; drop view shown',
      'core@2: create table kept (a int)',
    ];
    const sql = 'create temp table scratch (a int); insert into scratch values (1); create table likes_x (a int)';
    expect(await dependencies('likes', sql, ...history)).toEqual([]);
    const hidden = 'create temp table kept as select 1 as a; update kept set a = 2; drop table kept';
    expect(await dependencies('likes', hidden, ...history)).toEqual([]);
    expect(await dependencies('likes', 'create temp table kept as select a from kept', ...history)).toEqual([
      'core@2: kept',
    ]);
  });

  it('and neither of two merged revisions replaces the other', async () => {
    const up = (text: string) => ({ kind: 'sql' as const, text });
    const history = await schemaHistory([
      { id: 'core@1', plugin: 'core', revises: [], up: up('create table core_user (id int primary key)') },
      { id: 'core@2a', plugin: 'core', revises: ['core@1'], up: up('create table a (id int primary key)') },
      { id: 'core@2b', plugin: 'core', revises: ['core@1'], up: up('create table b (id int primary key)') },
      { id: 'core@3', plugin: 'core', revises: ['core@2a', 'core@2b'], up: up('create table c (id int primary key)') },
    ]);
    const found = async (sql: string): Promise<readonly string[]> =>
      (await inferDependencies('likes', sql, history)).map(({ revision }) => revision);
    expect(await found('create view v as select a.id from a, b, core_user')).toEqual(['core@2a', 'core@2b']);
    expect(await found('create view v as select a.id from a, b, c')).toEqual(['core@3']);
  });
});

describe('an object that no revision visibly creates', () => {
  it('is omitted, even if code, a do block or an extension may have created it', async () => {
    const history = [...core, 'core@7: code', 'notes@1: do $$ begin end $$', 'core@8: create extension postgis'];
    expect(await dependencies('likes', 'alter table core_usr add a geometry', ...history)).toEqual([]);
  });

  it('belongs to the extension with its name', async () => {
    const sql = 'create table likes_like (a citext); select a from x';
    expect(await dependencies('likes', sql, 'core@1: create extension citext')).toEqual(['core@1: citext']);
  });
});

describe('invariants', () => {
  const revisions = core.map((line) => line.slice(line.indexOf(': ') + 2));

  it('SQL that touches only its own branch has no dependencies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(revisions.length - 1), fc.constantFrom(...revisions), async (count, sql) => {
        const dependsOn = await inferDependencies('core', sql, await historyOf(...core.slice(0, count)));
        expect(dependsOn).toEqual([]);
      }),
    );
  });

  it('`with` returns the same history as reading all revisions at once', async () => {
    for (let i = 0; i < core.length; i += 1) {
      const before = await historyOf(...core.slice(0, i));
      const [id = '', text = ''] = (core[i] ?? '').split(/: (.*)/s);
      const longer = await before.with({ id, plugin: 'core', up: { kind: 'sql', text } });
      expect(longer.objects).toEqual((await historyOf(...core.slice(0, i + 1))).objects);
      expect(before.objects).toEqual((await historyOf(...core.slice(0, i))).objects);
    }
  });
});

describe('the revisions of this repository', async () => {
  const folders = ['plugins/core/src', 'plugins/likes/src', 'plugins/comments/src', 'plugins/messages/src', 'app/src'];
  const files = await Promise.all(
    folders.map(async (folder) => {
      const path = join(root, folder, 'migrations');
      return (await readRevisionFiles(path)).map(({ file, revision }) => ({
        revision,
        source: readFileSync(join(path, `${file}.ts`), 'utf8'),
      }));
    }),
  );
  const sources = files.flat();
  const order = revisionsUpTo(
    sources.map(({ revision }) => revision),
    'heads',
  );
  const history = await schemaHistory(
    order.map(({ id, up, revises }) => ({
      id,
      plugin: id.split('@')[0] ?? '',
      revises: revises === null ? [] : [revises].flat(),
      up: { kind: 'sql', text: isSql(up) ? up.text : '' },
    })),
  );

  it.each(sources)(
    '$revision.id declares the inferred dependencies in its file, with the same comment',
    async ({ revision, source }) => {
      const { up, id } = revision;
      const dependsOn = await inferDependencies(id.split('@')[0] ?? '', isSql(up) ? up.text : '', history);
      const written = /dependsOn: \[(.*)\], \/\/ (.*)/.exec(source);
      expect(dependsOn.map(({ revision: one }) => `'${one}'`).join(', ')).toBe(written?.[1] ?? '');
      expect(dependsOn.flatMap(({ objects }) => objects).join(', ')).toBe(written?.[2] ?? '');
    },
  );
});
