import { describe, expect, it } from 'vitest';
import { additiveRevision } from '../../src/verify/additive-revision.ts';

const read = (text: string, transaction = true) => additiveRevision({ up: { kind: 'sql', text }, transaction });

describe('an additive revision', () => {
  it.each([
    ['create table t (id serial primary key, n int check (n > 0)); create index i on t (n);', []],
    ['alter table t add column n int; alter table u add column n int default 0;', ['t', 'u']],
    ['create table t (id int); alter table t add column n int; alter table u add column n int;', ['u']],
    ['alter table t add constraint c foreign key (n) references u;', []],
    [`create view v as select 1; create type e as enum ('a'); create sequence s; create schema x;`, []],
  ])('only creates objects: %s', async (text, tables) => {
    expect([...((await read(text))?.extends ?? ['none'])]).toEqual(tables);
  });

  it.each([
    'alter table t drop column n;',
    'alter table t add column n int, drop column m;',
    'alter table t alter column n set not null;',
    'alter table t rename column n to m;',
    'create table if not exists t (id int);',
    'create or replace view v as select 1;',
    'create table t (id int); insert into t values (1);',
    'do $$ begin end $$;',
    'select f();',
    'create table t as select 1;',
    'create materialized view v as select 1;',
    'alter table t add column n int default f();',
    'create extension hstore;',
    `comment on table t is 'x';`,
    'refresh materialized view v;',
    `set search_path = other; create table t (id int);`,
    'create tabel t (id int);',
  ])('does nothing else: %s', async (text) => {
    expect(await read(text)).toBeNull();
  });

  it('is SQL in a transaction', async () => {
    expect(await read('create index concurrently i on t (n);', false)).toBeNull();
    expect(
      await additiveRevision({ up: { kind: 'code', version: 1, run: async () => {} }, transaction: true }),
    ).toBeNull();
  });
});
