import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarizeChanges } from '../../src/authoring/summarize-changes.ts';
import { changesBetween } from '../../src/difference/changes-between.ts';
import { differenceOf } from '../../src/difference/catalog-difference.ts';
import { explainChange } from '../../src/difference/explain-change.ts';
import { changesSql } from '../../src/difference/changes-sql.ts';
import { slugWords } from '../../src/difference/slug-words.ts';
import { openRoundTripDatabase, type RoundTripDatabase } from './round-trip.ts';
import { serverUrl } from '../../../../test/helper/database.ts';

let database: RoundTripDatabase;
beforeAll(async () => {
  database = await openRoundTripDatabase(serverUrl('postgres'));
});
afterAll(() => database[Symbol.asyncDispose]());

/** The SQL of two databases, a description of each change between them, and the slug and sentence for all changes. */
const cases: readonly (readonly [string, string, readonly string[], string, string])[] = [
  [
    '',
    'create table likes_like (id serial primary key, note text unique)',
    ['create table likes_like', 'add unique likes_like.likes_like_note_key over note'],
    'create_like',
    'Creates likes_like.',
  ],
  [
    'create table core_object (id int)',
    'create table core_object (id int, likes_count int not null default 0)',
    ['add column core_object.likes_count int'],
    'add_likes_count_to_object',
    'Adds likes_count to core_object.',
  ],
  [
    'create table likes_like (a int, b int, c int)',
    'create table likes_like (id int)',
    [
      'drop column likes_like.a',
      'drop column likes_like.b',
      'drop column likes_like.c',
      'add column likes_like.id int',
    ],
    'add_id_to_like',
    'Drops a from likes_like, drops b from likes_like, drops c from likes_like and adds id to likes_like.',
  ],
  [
    'create table likes_like (a int, b int, c int, d int, e int, f int)',
    'create table likes_like (f int)',
    ['a', 'b', 'c', 'd', 'e'].map((name) => `drop column likes_like.${name}`),
    'drop_a_and_4_more_from_like',
    'Drops a from likes_like, drops b from likes_like, drops c from likes_like, drops d from likes_like and 1 more change.',
  ],
  [
    `create table t (a varchar(3) default 'x')`,
    `create table t (a text not null default 'y')`,
    [`change column t.a: varchar(3) → text, null → not null, default 'x' → default 'y'`],
    'change_a_of_t',
    'Changes t.a to text.',
  ],
  [
    `create type mood as enum ('good', 'bad'); create table t (mood mood)`,
    `create type mood as enum ('bad', 'so so'); create table t (mood mood)`,
    ['change enum mood: +so so, -good'],
    'change_mood',
    'Changes enum mood: +so so, -good.',
  ],
  [
    'create table t (a int, b int)',
    'create table t (a int, b int, check (a > b)); create index on t (b); create unique index u on t ((a + b))',
    ['add check t.t_check over a, b', 'add index t.t_b_idx over b', 'add unique index t.u'],
    'constrain_a_b_of_t',
    'Adds check t.t_check over a, b, adds index t.t_b_idx over b and adds unique index t.u.',
  ],
  [
    'create table t (a int); create index i on t (a)',
    'create table t (a int); create index j on t (a)',
    ['rename index t.i to j'],
    'rename_i_to_j',
    'Renames index t.i to j.',
  ],
  [
    'create table t (a int)',
    `create table t (a int); comment on table t is 'Of use'; comment on column t.a is 'Once'`,
    ['set the comment of column t.a', 'set the comment of table t'],
    'comment_on_a_and_t',
    'Sets the comment of column t.a and sets the comment of table t.',
  ],
  [
    'create schema shop; create table shop.order (id int)',
    '',
    ['drop schema shop', 'drop table shop.order'],
    'drop_order',
    'Drops schema shop and drops shop.order.',
  ],
  ['create table t (a int, b int)', 'create table t (b int, a int)', [], 'change_schema', '.'],
  [
    `create table t (a text check (a in ('x', 'y')))`,
    `create table t (a text check (a = any (array['x', 'y'])))`,
    [],
    'change_schema',
    '.',
  ],
];

describe('the difference of two databases', () => {
  it.each(cases)('"%s" → "%s" is %j', async (before, after, changes, slug, about) => {
    const found = changesBetween(await database.catalogAfter(before), await database.catalogAfter(after));
    expect(found.map(explainChange)).toEqual(changes);
    expect(slugWords(found, ['core', 'likes'])).toBe(slug);
    if (changes.length > 0) expect(summarizeChanges(found)).toBe(about);
  });

  it('has the same result for changes in any order', async () => {
    const before = await database.catalogAfter(`create type mood as enum ('a', 'b');
      create table x (id int primary key, mood mood default 'a', n int, check (mood <> 'b'));
      create table y (id int primary key, x int references x, n int generated always as (id * 2) stored);
      create view v as select id, n from x; create view w as select * from v;`);
    const after = await database.catalogAfter(`create type mood as enum ('a', 'c');
      create table x (id int primary key, mood mood default 'c', n bigint, y int);
      create table z (id int primary key, y int); create table y (id int primary key, n int unique);
      alter table x add foreign key (y) references y; alter table z add foreign key (y) references y (n);
      create view w as select id from z; create view v as select x.id, x.n from x join w using (id);`);
    const changes = changesBetween(before, after);
    for (const given of [changes, changes.toReversed(), changes.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))]) {
      await database.catalogAfter(`create type mood as enum ('a', 'b');
        create table x (id int primary key, mood mood default 'a', n int, check (mood <> 'b'));
        create table y (id int primary key, x int references x, n int generated always as (id * 2) stored);
        create view v as select id, n from x; create view w as select * from v;`);
      await database.shadow.session.script(changesSql(given));
      const reached = await database.shadow.catalog();
      expect(differenceOf(reached, after).map(explainChange)).toEqual([]);
    }
  });
});

describe('an object that no entity declares', () => {
  const table = 'create table t (id int, at int);';
  it.each([
    ['a view', 'create view v as select id from t', 'drop view v'],
    ['a materialized view', 'create materialized view v as select id from t', 'drop materialized view v'],
    ['a function', `create function f(n int) returns int language sql as 'select n'`, 'drop function f(integer)'],
    [
      'a trigger',
      'create trigger g before update on t for each row execute function suppress_redundant_updates_trigger()',
      'drop trigger t.g',
    ],
    ['a policy', 'create policy p on t using (id > 0)', 'drop policy t.p'],
    ['row security', 'alter table t enable row level security', 'disable row security on t'],
    ['an exclusion', 'alter table t add constraint e exclude using btree (id with =)', 'drop exclude t.e over id'],
    ['a sequence', 'create sequence s', 'drop sequence s'],
    ['a domain', 'create domain d as int check (value > 0)', 'drop domain d'],
    ['a type', 'create type c as (a int)', 'drop type c'],
    [
      'the comment of an index',
      `create index i on t (id); comment on index i is 'x'`,
      'remove the comment of index t.i',
    ],
  ])('is dropped if the other database lacks it: %s', async (_, sql, undone) => {
    const before = await database.catalogAfter(`${table}${sql}`);
    const after = await database.catalogAfter(
      sql.startsWith('create index') ? `${table}create index i on t (id)` : table,
    );
    expect(differenceOf(before, after).map(explainChange)).toEqual([undone]);
    await database.catalogAfter(`${table}${sql}`);
    await database.shadow.session.script(changesSql(changesBetween(before, after)));
    expect(differenceOf(await database.shadow.catalog(), after)).toEqual([]);
  });

  it('is restored after a change that it blocks', async () => {
    const before = await database.catalogAfter(`create table t (id int, at int); create view v as select at from t;
      create policy p on t using (at > 0); create index i on t (at); comment on index i is 'by hand'`);
    const after = await database.catalogAfter(`create table t (id int, at bigint); create view v as select at from t;
      create policy p on t using (at > 0); create index i on t (at) where at > 0; comment on index i is 'by hand'`);
    await database.catalogAfter(`create table t (id int, at int); create view v as select at from t;
      create policy p on t using (at > 0); create index i on t (at); comment on index i is 'by hand'`);
    await database.shadow.session.script(changesSql(changesBetween(before, after)));
    const reached = await database.shadow.catalog();
    expect([...reached.definitions.keys()]).toEqual(['view v', 'policy t.p']);
    expect(reached.tables.get('t')?.indexes.get('i')).toMatchObject({ comment: 'by hand', plain: false });
    expect(reached.tables.get('t')?.columns.get('at')?.type).toBe('bigint');
  });
});
