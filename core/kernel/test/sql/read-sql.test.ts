import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { readSql } from '../../src/sql/read-sql.ts';
import { effectsOf } from './support.ts';

type Expected = Partial<Awaited<ReturnType<typeof effectsOf>>>;

describe('a statement has these effects:', () => {
  const cases: readonly (readonly [sql: string, expected: Expected])[] = [
    [
      'create table t (id serial primary key, m mood)',
      {
        creates: ['table t', 'column t.id', 'sequence t_id_seq', 'constraint t.t_pkey', 'column t.m'],
        needs: ['type mood'],
      },
    ],
    [
      'create table t (a int references u (x), b other.mood[])',
      {
        creates: ['table t', 'column t.a', 'constraint t.t_a_fkey', 'column t.b'],
        needs: ['table u', 'column u.x', 'key u(x)', 'type other.mood'],
      },
    ],
    ['create table t (a int references u)', { needs: ['table u', 'key u(primary key)'] }],
    ['create table p partition of t for values in (1)', { creates: ['table p'], needs: ['table t'] }],
    ['create table t (like u)', { needs: ['table u'] }],
    ['create table t as select u.a from u', { creates: ['table t'], needs: ['table u', 'column u.a'] }],
    ['alter table t add column a int', { creates: ['column t.a'], needs: ['table t'] }],
    [
      'alter table t drop column a, drop column if exists b, alter c set not null',
      { drops: ['column t.a', 'column t.b'], changes: ['column t.c'], needs: ['table t', 'column t.a', 'column t.c'] },
    ],
    ['alter table t rename a to b', { renames: ['column t.a -> column t.b'], needs: ['table t', 'column t.a'] }],
    ['alter table s.t rename to u', { renames: ['table s.t -> table s.u'] }],
    ['alter table t set schema s', { renames: ['table t -> table s.t'], needs: ['table t', 'schema s'] }],
    ['alter schema s rename to r', { renames: ['schema s -> schema r'] }],
    ['alter table t rename constraint a to b', { renames: ['constraint t.a -> constraint t.b'] }],
    ['alter index i rename to j', { renames: ['index i -> index j'] }],
    ['alter type m rename to n', { renames: ['type m -> type n'] }],
    ['alter function f() rename to g', { renames: ['function f -> function g'] }],
    [
      'alter trigger a on t rename to b',
      { renames: ['trigger t.a -> trigger t.b'], needs: ['table t', 'trigger t.a'] },
    ],
    ['alter table t attach partition p default', { needs: ['table t', 'table p'], changes: ['table p', 'table t'] }],
    ['alter table t validate constraint c', { changes: ['constraint t.c'] }],
    ["alter type m add value 'x'", { changes: ['type m'], needs: ['type m'] }],
    ['create unique index on t (a)', { creates: ['index t_a_idx'], needs: ['table t', 'column t.a'] }],
    [
      'create index i on s.t (lower(a)) where b > 0',
      { creates: ['index s.i'], needs: ['table s.t', 'column s.t.a', 'column s.t.b'] },
    ],
    ['drop table a, s.b cascade', { drops: ['table a', 'table s.b'] }],
    ['drop index i; drop function f(int); drop type m', { drops: ['index i', 'function f', 'type m'] }],
    ['drop trigger x on t; drop policy p on s.t', { drops: ['trigger t.x', 'policy s.t.p'] }],
    ['drop table if exists a', { drops: ['table a'], needs: [] }],
    [
      'create trigger x after update of a on t for each row when (old.b is null) execute function s.f()',
      { creates: ['trigger t.x'], needs: ['table t', 'function s.f', 'column t.a', 'column t.b'] },
    ],
    ['create policy p on t using (a > 0)', { creates: ['policy t.p'], needs: ['table t', 'column t.a'] }],
    ['create view v as select a from t', { creates: ['view v'], needs: ['table t', 'column t.a'] }],
    ['create sequence s owned by t.a', { creates: ['sequence s'], needs: ['table t', 'column t.a'] }],
    ['create domain d as mood', { creates: ['type d'], needs: ['type mood'] }],
    ['create type c as (a int, b mood)', { creates: ['type c'], needs: ['type mood'] }],
    ['create extension citext', { creates: ['extension citext'] }],
    [
      'create function f(a mood, b t.x%type) returns setof u language sql as $$ select v.y from v where v.z = a $$',
      {
        creates: ['function f'],
        needs: ['type mood', 'column t.x', 'type u', 'table v', 'column y of v', 'column z of v', 'column a of v'],
      },
    ],
    ['create function f() returns trigger language plpgsql as $$ begin perform from t; end $$', { needs: [] }],
    ["comment on column t.a is 'x'", { needs: ['column t.a'], changes: [] }],
    ['grant select on t to public', { needs: ['table t'], changes: [] }],
    ['create schema s create table t (a int)', { creates: ['table s.t', 'column s.t.a', 'schema s'] }],
    ['create table "a.b"."C" ("x.y" int)', { creates: ['table "a.b".C', 'column "a.b".C.x.y'] }],
    ['create table public.t ()', { creates: ['table t'] }],
  ];
  it.each(cases)('%s', async (sql, expected) => {
    expect(await effectsOf(sql)).toMatchObject(expected);
  });
});

describe('a query needs and writes these objects:', () => {
  const cases: [sql: string, needs: string[], writes?: string[]][] = [
    ['insert into t (a) values (1)', ['table t', 'column t.a'], ['t']],
    ['insert into t select u.b from u', ['table t', 'table u', 'column u.b'], ['t']],
    [
      'insert into t (a) values (1) on conflict (k) do update set b = excluded.c where t.d > 0 returning e',
      ['table t', 'column t.a', 'column t.b', 'column t.k', 'column t.e', 'column t.d', 'column t.c'],
      ['t'],
    ],
    ['update t set a = b where c', ['table t', 'column t.a', 'column t.c', 'column t.b'], ['t']],
    [
      'update t x set a = x.b from u where u.c = x.d',
      ['table t', 'column t.a', 'table u', 'column u.c', 'column t.d', 'column t.b'],
      ['t'],
    ],
    ['update t set a = b from u', ['table t', 'column t.a', 'table u', 'column b of t|u'], ['t']],
    ['delete from t using u where t.a = u.a', ['table t', 'table u', 'column t.a', 'column u.a'], ['t']],
    [
      'merge into t using u on t.a = u.a when matched then update set b = u.c when not matched then insert (d) values (u.e)',
      ['table t', 'column t.b', 'column t.d', 'table u', 'column t.a', 'column u.a', 'column u.e', 'column u.c'],
      ['t'],
    ],
    ['truncate a, s.b', ['table a', 'table s.b'], ['a', 's.b']],
    ['copy t (a) from stdin', ['table t', 'column t.a'], ['t']],
    ['copy t to stdout', ['table t']],
    ['explain update t set a = 1', ['table t', 'column t.a']],
    ['select a from t', ['table t', 'column t.a']],
    ['select * from t', ['table t']],
    ['select t from t', ['table t']],
    ['select t.* , x.b from s.t x, t', ['table s.t', 'table t', 'column s.t.b']],
    ['select ctid, tableoid from t', ['table t']],
    ['select b as c from t order by c', ['table t', 'column t.b']],
    ['with t as (select a from u) select t.a, b from t', ['table u', 'column u.a']],
    ['with t as (select a from t) select 1 from t', ['table t', 'column t.a']],
    ['with recursive t as (select a from u union select t.a from t) select 1 from t', ['table u', 'column u.a']],
    [
      'with gone as (delete from t where a > 0 returning b) insert into u select b from gone',
      ['table t', 'column t.a', 'column t.b', 'table u'],
      ['t', 'u'],
    ],
    [
      'select (select b from u where u.c = t.a) from t',
      ['table t', 'table u', 'column b of u|t', 'column u.c', 'column t.a'],
    ],
    ['select 1 from t join u using (a)', ['table t', 'table u', 'column a of t|u']],
    ['select x.a from (select b from u) x', ['table u', 'column u.b']],
    ['select a from t union select b from u', ['table t', 'column t.a', 'table u', 'column u.b']],
    ["select a::mood, b::pg_catalog.text, 'x'::regclass from t", ['table t', 'column t.a', 'column t.b', 'type mood']],
    ['select lower(a), count(*), shop.f(a) from t', ['table t', 'column t.a', 'function shop.f']],
    ['select 1 from pg_class, information_schema.tables, pg_catalog.pg_index', ['table pg_class']],
    ['select a from t x (a, b)', ['table t']],
    ['select generate_series from generate_series(1, 2)', []],
  ];
  it.each(cases)('%s', async (sql, needs, writes) => {
    const effects = await effectsOf(sql);
    expect(effects.needs.toSorted()).toEqual(needs.toSorted());
    expect(effects.writes.toSorted()).toEqual((writes ?? []).toSorted());
  });
});

describe('a statement is opaque only if its effects depend on code or settings', () => {
  const opaque = [
    'do $$ begin end $$',
    'call f()',
    'execute p',
    'select f()',
    'select shop.f(a) from t',
    'set search_path to shop',
    "select set_config('search_path', 'shop', true)",
  ];
  it.each(opaque)('%s is opaque', async (sql) => {
    const { statements } = await readSql(sql);
    expect(statements.map(({ opaque: why }) => why)).toEqual([expect.any(String)]);
  });

  const clear = [
    "select setval('t_id_seq', 1)",
    'select count(*) from t',
    'select pg_catalog.now()',
    'set local lock_timeout = 1',
  ];
  it.each(clear)('%s is not opaque', async (sql) => {
    const { statements } = await readSql(sql);
    expect(statements.map(({ opaque: why }) => why)).toEqual([null]);
  });
});

describe('the position of a statement', () => {
  it('is after comments and white space, and counts multibyte characters correctly', async () => {
    const sql = "-- ä\nselect 'ü🙂' ; /* a /* b */\n; */ ;\n\n  select 2 -- end\n;";
    const { statements } = await readSql(sql);
    expect(statements.map(({ text, line, offset }) => [text, line, sql.slice(offset, offset + 8)])).toEqual([
      ["select 'ü🙂'", 2, "select '"],
      ['select 2 -- end', 5, 'select 2'],
    ]);
  });

  it('does not exist in SQL that consists of comments', async () => {
    for (const sql of ['', ' \n', '-- select 1', '/* x */ ;;']) expect(await readSql(sql)).toEqual({ statements: [] });
  });
});

describe('a syntax error', () => {
  it.each([
    ['select 1 from x y z', 1, 19, 'syntax error at or near "z"'],
    ["select 'ü🙂';\n  selct 1", 2, 3, 'syntax error at or near "selct"'],
    ['select 1;\nselect (', 2, 9, 'syntax error at end of input'],
    ['select \0', 1, 8, 'a zero byte, which PostgreSQL does not accept'],
    ["select '\ud800'", 1, 9, 'half of a surrogate pair, which no encoding can represent'],
    [`select ${'('.repeat(30_000)}`, 1, 10_004, 'memory exhausted at or near "("'],
  ])('is reported with its position, %#', async (sql, line, column, message) => {
    const refused = await readSql(sql).catch((error: unknown) => error);
    expect(isKernelError(refused, 'SQL_SYNTAX') ? refused.details : refused).toMatchObject({ line, column, message });
  });
});

describe('reading never fails with an error other than SQL_SYNTAX', () => {
  const words = fc.constantFrom(
    ...`select create table alter drop column add t a ( ) , ; 'x' "q" $$ 1 :: insert into values update set = from where
      index on type as enum -- /* */`.split(/ +/),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 20 }).map((all) => all.join(' ')),
  );

  it('for any text', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (sql) => {
        try {
          for (const { text, offset, line } of (await readSql(sql)).statements) {
            expect(sql.slice(offset, offset + text.length)).toBe(text);
            expect(sql.slice(0, offset).split('\n')).toHaveLength(line);
          }
        } catch (error) {
          expect(isKernelError(error, 'SQL_SYNTAX'), String(error)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('for deeply nested SQL', async () => {
    for (const sql of [
      `select 1${'+1'.repeat(4000)}`,
      `select ${'not '.repeat(3000)}true`,
      `select ${'(select '.repeat(1000)}1${')'.repeat(1000)}`,
      Array.from({ length: 2000 }, () => 'select 1').join(' union '),
      `insert into t values ${Array.from({ length: 20_000 }, (_, i) => `(${i})`).join(',')}`,
      `select 1${'+1'.repeat(40_000)}`,
    ]) {
      const read = await readSql(sql).catch((error: unknown) => error);
      expect(isKernelError(read, 'SQL_SYNTAX') || (read as object)).toBeTruthy();
      expect(read).not.toBeInstanceOf(RangeError);
    }
  });
});
