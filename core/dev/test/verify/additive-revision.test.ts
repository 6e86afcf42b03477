import { describe, expect, it } from 'vitest';
import { additiveRevision } from '../../src/verify/additive-revision.ts';

const read = (text: string, transaction = true) =>
  additiveRevision({ up: { kind: 'sql', text }, down: null, transaction });

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

  it.each([
    ['drop table t; drop index i; drop type e; drop view v;', true],
    ['alter table t drop column n, drop constraint c;', true],
    ['drop table if exists t cascade;', true],
    ['drop table t; insert into u values (1);', false],
    ['alter table t drop column n, alter column m type text;', false],
    ['drop view v; create view v as select 1;', false],
    ['do $$ begin end $$;', false],
    ['truncate t;', false],
    ['drop tabel t;', false],
  ])('is reverted by drops alone, or not: %s', async (text, dropsOnly) => {
    const up = { kind: 'sql', text: 'create table t (n int);' } as const;
    expect(await additiveRevision({ up, down: { kind: 'sql', text }, transaction: true })).toMatchObject({ dropsOnly });
  });

  it('is SQL in a transaction', async () => {
    expect(await read('create index concurrently i on t (n);', false)).toBeNull();
    expect(
      await additiveRevision({ up: { kind: 'code', version: 1, run: async () => {} }, down: null, transaction: true }),
    ).toBeNull();
  });
});
