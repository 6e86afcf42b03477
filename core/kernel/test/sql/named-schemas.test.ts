import { describe, expect, it } from 'vitest';
import { schemasNamedIn } from '../../src/sql/named-schemas.ts';

async function named(sql: string): Promise<readonly string[]> {
  return (await schemasNamedIn(sql)).map(({ schema }) => schema);
}

describe('the schemas that SQL names', () => {
  it.each([
    'select * from s.t',
    'create table s.t (id int)',
    'create table t (id int references s.u)',
    'create table t (id s.mood)',
    'create table t (id int default s.f())',
    'create table t () inherits (s.u)',
    'create table t (like s.u)',
    'create index on s.t (id)',
    'create view v as select s.f(1)',
    'create sequence q owned by s.t.id',
    'create type s.mood as enum ()',
    'create domain s.d as int',
    'create function s.f() returns int language sql as $$ select 1 $$',
    'create function f(a s.mood) returns int language sql as $$ select 1 $$',
    'create function f() returns int language sql set search_path = s as $$ select 1 $$',
    'create trigger g after insert on t for each row execute function s.f()',
    'create extension e schema s',
    'create schema s',
    'drop schema s',
    'alter schema s rename to r',
    'drop table a, s.t',
    'drop trigger g on s.t',
    'drop function s.f(int)',
    'drop type s.mood',
    'alter table t set schema s',
    'alter table s.t add column id int',
    'alter type s.mood add value $$ok$$',
    'alter function s.f(int) owner to current_user',
    'comment on table s.t is $$x$$',
    'comment on column s.t.id is $$x$$',
    'comment on schema s is $$x$$',
    'comment on constraint c on s.t is $$x$$',
    'grant select on s.t to public',
    'grant usage on schema s to public',
    'grant select on all tables in schema s to public',
    'alter default privileges in schema s grant select on tables to public',
    'insert into s.t values (1)',
    'update s.t set id = 1',
    'delete from t using s.u',
    'merge into t using s.u on true when matched then delete',
    'truncate s.t',
    'set search_path = s',
    "select nextval('s.q')",
    "select 's.t'::regclass",
    "select to_regclass('S.t')",
    'select 1 operator(s.+) 1',
    'select x collate s.de from t',
    'create index on t (id s.ops)',
    'create statistics s.x on a, b from t',
    'create policy p on s.t',
    'create rule r as on insert to t do also delete from s.u',
  ])('are found in: %s', async (sql) => {
    expect(await named(sql)).toEqual(['s']);
  });

  it.each([
    'select t.id, u.* from t join u on u.id = t.id',
    'create table t (id int constraint c primary key)',
    'alter table t add constraint c check (pg_catalog.length(name) > 0)',
    "create function f() returns int language sql set search_path = '' as $$ select 1 $$",
    'comment on column t.id is $$x$$',
    'drop trigger g on t',
    'grant select on t to public',
    "select nextval('q'), 't'::regclass, '1.5'::numeric",
    'create temporary table x as select 1; drop table pg_temp.x',
    'select information_schema._pg_char_max_length(1, 1)',
    'alter table t drop constraint c, drop column id',
    'create sequence q owned by t.id',
    'create type pair as (a int, b int); select (row(1, 2)::pair).a',
    '',
  ])('are none in: %s', async (sql) => {
    expect(await named(sql)).toEqual([]);
  });
});
