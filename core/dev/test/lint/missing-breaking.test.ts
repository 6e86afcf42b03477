import { describe, expect, it } from 'vitest';
import { breakingReason } from '../../src/lint/rules/missing-breaking.ts';
import { historyOf } from '../../../kernel/test/sql/support.ts';

const before = [
  "core@1: create type mood as enum ('sad', 'ok'); create table t (id serial primary key, a int not null default 1, " +
    'b varchar(20), c numeric(10, 2), d mood, e timestamptz(3), f int not null); create view v as select a from t; ' +
    'create index i on t (b); create function f() returns int language sql as $$ select 1 $$',
] as const;

describe('older code is not compatible with', () => {
  const cases: [sql: string, reason: string][] = [
    ['drop table t', 'drops the table t'],
    ['alter table t drop column a', 'drops the column t.a'],
    ['drop view v', 'drops the view v'],
    ['drop type mood cascade', 'drops the type mood'],
    ['drop schema s', 'drops the schema s'],
    ['drop function f', 'drops the function f'],
    ['alter table t rename to u', 'renames the table t'],
    ['alter table t set schema s', 'renames the table t'],
    ['alter table t rename a to z', 'renames the column t.a'],
    ['alter type mood rename to feeling', 'renames the type mood'],
    ["alter type mood rename value 'ok' to 'fine'", "renames 'ok' of the type mood"],
    ['alter table t alter b type varchar(10)', 'changes the type of t.b from varchar(20) to varchar(10)'],
    ['alter table t alter a type text', 'changes the type of t.a from int4 to text'],
    ['alter table t alter c type numeric(9, 2)', 'changes the type of t.c from numeric(10, 2) to numeric(9, 2)'],
    ['alter table t alter e type timestamptz(0)', 'changes the type of t.e from timestamptz(3) to timestamptz(0)'],
    ['alter table t alter b set not null', 'makes t.b not null'],
    ['alter table t add column n int not null', 'adds t.n, which is not null and has no default'],
    [
      'alter table t add column n int; update t set n = 1; alter table t alter n set not null',
      'adds t.n, which is not null and has no default',
    ],
    [
      'alter table t add column n int not null default 0; alter table t alter n drop default',
      'adds t.n, which is not null and has no default',
    ],
    ['alter table t alter a drop default', 'drops the default of t.a, which is not null'],
    [
      "alter type mood rename to old; create type mood as enum ('ok'); alter table t alter d type mood using d::text::mood; drop type old",
      "removes 'sad' from the type mood",
    ],
    [
      "create type new as enum ('ok'); alter table t alter d type new using d::text::new; drop type mood; alter type new rename to mood",
      "removes 'sad' from the type mood",
    ],
    ['drop view v; drop index i; alter table t drop column b', 'drops the view v, drops the column t.b'],
  ];
  it.each(cases)('%s', async (sql, reason) => {
    expect(await breakingReason(sql, await historyOf(...before))).toBe(reason);
  });
});

describe('older code is compatible with', () => {
  it.each([
    'create table u (a int not null)',
    'alter table t add column n int',
    'alter table t add column n int not null default 0',
    'alter table t add column n int generated always as identity',
    'alter table t add column n int generated always as (a + 1) stored not null',
    'alter table t alter b type varchar(21), alter b type text',
    'alter table t alter a type bigint',
    'alter table t alter c type numeric(12, 2), alter c type numeric',
    'alter table t alter e type timestamptz, alter a drop not null',
    'alter table t alter a set not null',
    'alter table t alter a set default 2',
    'alter table t add unique (a), add check (a > 0), add foreign key (a) references t (id)',
    'create unique index on t (b)',
    'drop index i',
    'alter table t drop constraint t_pkey',
    'alter index i rename to j',
    "alter type mood add value 'happy'",
    'drop view v; create view v as select a, b from t',
    'create or replace function f() returns int language sql as $$ select 2 $$',
    'create table u (a int); alter table u rename to w; alter table w drop column a; drop table w',
    'alter table t add column n int; alter table t rename n to m; alter table t alter m type text; alter table t drop m',
    "alter type mood rename to old; create type mood as enum ('sad', 'ok', 'new'); alter table t alter d type mood using d::text::mood; drop type old",
    'truncate t; delete from t',
    "grant select on t to public; comment on table t is 'x'",
  ])('%s', async (sql) => {
    expect(await breakingReason(sql, await historyOf(...before))).toBeNull();
  });
});

it('an unknown old type or nullability counts as the worst case', async () => {
  expect(await breakingReason('alter table t alter b type text')).toBe('changes the type of t.b to text');
  expect(await breakingReason('alter table t alter b set not null')).toBe('makes t.b not null');
  expect(await breakingReason("alter type mood rename to old; create type mood as enum ('a'); drop type old")).toBe(
    'rebuilds the type mood',
  );
  expect(await breakingReason('alter table t drop constraint c')).toBeNull();
});
