import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSql } from '../../../kernel/src/sql/read-sql.ts';
import { lintStatements } from '../../src/lint/statement-rules.ts';
import { openRawPglite } from '../../../../test/helper/raw-pglite.ts';
import { historyOf } from '../../../kernel/test/sql/support.ts';

const before = [
  "core@1: create type mood as enum ('sad', 'ok'); create table t (id serial primary key, a int not null default 1, b varchar(20), d mood); " +
    'create table u (id int primary key, t int); create view v as select a from t; create index i on t (b); ' +
    'alter table t add constraint b_given check (b is not null); create materialized view m as select a from t; ' +
    'create function f() returns int language sql as $$ select 1 $$',
] as const;

/** Lints SQL that runs after `before`. Returns each finding as its rule and object. */
async function linted(sql: string, transaction = true): Promise<readonly string[]> {
  const findings = await lintStatements(sql, { history: await historyOf(...before), transaction });
  return findings.map(({ rule, object }) => `${rule} ${object}`);
}

describe('statements that are reported', () => {
  const cases: [sql: string, ...findings: string[]][] = [
    ['drop table t', 'data-loss t'],
    ['drop schema s cascade', 'data-loss s'],
    ['drop type mood cascade', 'data-loss mood'],
    ['alter table t drop column a', 'data-loss t.a'],
    ['truncate t, u', 'data-loss t', 'data-loss u'],
    ['delete from t', 'data-loss t'],
    ['alter table t add column n uuid default gen_random_uuid()', 'table-rewrite t.n'],
    ['alter table t add column n int default f()', 'table-rewrite t.n'],
    ['alter table t add column n serial', 'table-rewrite t.n'],
    ['alter table t add column n int generated always as identity', 'table-rewrite t.n'],
    ['alter table t add column n int generated always as (a + 1) stored', 'table-rewrite t.n'],
    ['alter table t alter a type bigint', 'table-rewrite t.a'],
    ['alter table t set unlogged', 'table-rewrite t'],
    ['alter table t alter b type varchar(5)', 'narrower-type t.b', 'table-rewrite t.b'],
    ['alter table x alter b type text', 'narrower-type x.b', 'table-rewrite x.b'],
    ['alter table u add foreign key (t) references t (id)', 'long-lock u_t_fkey'],
    ['alter table u add constraint c check (t > 0)', 'long-lock c'],
    ['alter table u add column n int check (n > 0)', 'long-lock u_n_check'],
    ['alter table u add column n int default 1 references t', 'long-lock u_n_fkey'],
    ['alter table u alter t set not null', 'long-lock u.t'],
    ['alter table u add unique (t)', 'long-lock u_t_key'],
    ['alter table u add exclude using btree (t with =)', 'long-lock u_t_excl'],
    ['cluster t using t_pkey', 'long-lock t'],
    ['vacuum full t', 'long-lock t'],
    ['vacuum (full, analyze) t, u', 'long-lock t', 'long-lock u'],
    ['reindex table t', 'long-lock t'],
    ['reindex database', 'long-lock every table'],
    ['refresh materialized view m', 'long-lock m'],
    ['create index on u (t)', 'index-not-concurrent u_t_idx'],
    ['create unique index x on u (t)', 'index-not-concurrent x'],
    ['alter table t add column n int not null', 'not-null-without-default t.n'],
    ['alter table t add column n int not null default null', 'not-null-without-default t.n'],
    ["alter type mood add value 'new'; insert into t (d) values ('new')", 'enum-value-in-transaction mood'],
    ["alter type mood add value 'new'; alter table t alter d set default 'new'", 'enum-value-in-transaction mood'],
    ["alter type mood add value 'new'; update t set b = 'new' where d = 'new'", 'enum-value-in-transaction mood'],
    ["alter type mood add value 'new'; insert into t (b, d) values ('new', 'new')", 'enum-value-in-transaction mood'],
    ["alter type mood add value 'new'; select 'new'::mood", 'enum-value-in-transaction mood'],
    [
      "alter type mood rename to old; create type mood as enum ('ok'); alter table t alter d type mood using d::text::mood; drop type old",
      'enum-value-removed mood',
      'table-rewrite t.d',
    ],
    ['alter table t rename to x', 'rename t'],
    ['alter table t rename a to x', 'rename t.a'],
    ['alter view v rename to w', 'rename v'],
    ['alter type mood rename to x', 'rename mood'],
  ];
  it.each(cases)('%s', async (sql, ...findings) => {
    expect(await linted(sql)).toEqual(findings);
  });
});

describe('statements that are not reported', () => {
  it.each([
    'create table x (a int not null references t, unique (a)); create index on x (a); drop table x',
    'create table x (a int); alter table x add check (a > 0), alter a set not null, add column b int not null; alter table x rename a to c; truncate x; delete from x',
    'create table x (a int); alter table x alter a type text, add foreign key (a) references t (id), drop column a',
    'alter table t add column n int; alter table t rename n to m; alter table t drop m',
    'alter table t add column n int not null default 0',
    'alter table t add column n timestamptz not null default now()',
    'alter table t add column n int references t',
    'alter table t add column n int generated always as (a + 1) virtual',
    'alter table t alter b type varchar(30), alter b type text',
    'alter table u add foreign key (t) references t (id) not valid, add check (t > 0) not valid',
    'alter table t alter b set not null, alter a set not null',
    'alter table u add constraint c check (t is not null and id > 0) not valid; alter table u validate constraint c; alter table u alter t set not null',
    'create unique index concurrently x on u (t)',
    'alter table u add constraint c unique using index x',
    'drop index concurrently i; drop view v; drop function f',
    'delete from t where a = 1; update t set a = 2; insert into t (a) values (1)',
    "alter type mood add value 'new'; insert into t (b) values ('old')",
    // The same text as a value of another type.
    "alter type mood add value 'new'; insert into t (a, b) values (1, 'new'), (2, 'new'); update t set b = 'new' where b in ('new', 'old')",
    "alter type mood add value 'new'; alter table t alter b set default 'new', add column n text default 'new'; select 'new'::text",
    "alter type mood add value 'new'; alter table t add constraint c check (b <> 'new') not valid; delete from t where 'new' = b::text",
    "alter type mood add value 'new'; delete from t where b = any (array['new', 'old'])",
    "create type x as enum ('a'); alter type x add value 'b'; create table y (x x default 'b')",
    'alter table t rename constraint b_given to c; alter index i rename to j',
    'vacuum t; reindex (concurrently) table t; refresh materialized view concurrently m',
    'alter table t enable row level security',
    'create materialized view w as select 1 as a; create index on w (a); refresh materialized view w',
  ])('%s', async (sql) => {
    expect(await linted(sql)).toEqual([]);
  });

  it('use of a new enum value in a later transaction', async () => {
    expect(await linted("alter type mood add value 'new'; insert into t (d) values ('new')", false)).toEqual([]);
  });
});

it('a check that is not validated does not prove that a column has no nulls', async () => {
  const sql = 'alter table u add constraint c check (t is not null) not valid; alter table u alter t set not null';
  expect(await linted(sql)).toEqual(['long-lock u.t']);
});

it('a safer form drops a foreign key to a column that has been renamed since', async () => {
  const history = await historyOf(
    'core@1: create table p (id int primary key, name text unique); create table c (n text references p (name))',
    'core@2: alter table p rename name to label',
  );
  const [finding] = await lintStatements('alter table p rename label to title', { history });
  expect(finding?.safer).toContain('c_n_fkey');
});

it.each([
  ['access exclusive', 'an ACCESS EXCLUSIVE lock on u until the revision ends, blocking reads and writes.'],
  ['share row exclusive', 'a SHARE ROW EXCLUSIVE lock on u until the revision ends, blocking writes.'],
])('a lock in %s mode: %s', async (mode, message) => {
  const [finding] = await lintStatements(`lock table u in ${mode} mode`);
  expect(finding?.message).toBe(`LOCK TABLE holds ${message}`);
});

it('a finding contains its statement, its line and a safer form', async () => {
  const sql = '\n  alter table t add column n int;\n\n  create index on u (t);';
  expect(await lintStatements(sql)).toEqual([
    {
      rule: 'index-not-concurrent',
      object: 'u_t_idx',
      message: 'Building index u_t_idx blocks writes to u until it is done.',
      safer: [
        '-- in a separate revision:',
        'transaction: false,',
        'up: sql`create index concurrently "u_t_idx" on u (t)`,',
        `check: sql\`select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('"u_t_idx"')), false)\`,`,
        'down: sql`drop index concurrently "u_t_idx"`,',
      ].join('\n'),
      at: { sql, statement: 'create index on u (t)', line: 4 },
    },
  ]);
});

describe('table-rewrite is reported exactly for the columns that make PostgreSQL rewrite the table', () => {
  let database: PGlite;
  beforeAll(async () => {
    database = await openRawPglite();
    await database.exec('create function f() returns int language plpgsql as $$ begin return 1; end $$');
  });
  afterAll(() => database.close());

  /** Returns the number of the file that holds the rows. PostgreSQL writes a new file when it rewrites the table. */
  async function fileOf(): Promise<number | undefined> {
    const { rows } = await database.query<{ file: number }>("select pg_relation_filenode('t') as file");
    return rows[0]?.file;
  }

  it.each([
    'n int',
    'n int default 1',
    'n int not null default 1 + 1',
    "n text default 'a' || 'b'",
    'n timestamptz default now()',
    'n timestamptz default clock_timestamp()',
    'n uuid default gen_random_uuid()',
    'n float default random()',
    'n int default f()',
    'n serial',
    'n int generated by default as identity',
    'n int generated always as (a * 2) stored',
    'n int generated always as (a * 2) virtual',
    'n int unique',
    'n int references t',
    'n text default current_user',
    "n jsonb not null default '{}'",
  ])('add column %s', async (column) => {
    await database.exec('drop table if exists t; create table t (a int primary key); insert into t values (1)');
    const file = await fileOf();
    const sql = `alter table t add column ${column}`;
    await database.exec(sql);
    const isReported = (await lintStatements(sql)).some(({ rule }) => rule === 'table-rewrite');
    expect(isReported).toBe((await fileOf()) !== file);
  });
});

it('the safer forms are valid SQL, except for the gaps that the author has to fill in', async () => {
  const risky = [
    'alter table "T".u add foreign key (t) references t (id), add unique (t), alter t set not null, alter t type text',
    'create index on s.u (t); create unique index x on u (lower(t)); reindex table t; reindex (verbose) index i; vacuum full t',
    'alter table t rename to x; alter table s.t rename a to b; drop table s.t; alter table t drop column a',
  ];
  for (const sql of risky) {
    for (const { safer } of await lintStatements(sql)) {
      const parts =
        safer?.includes('sql`') === true
          ? Array.from(safer.matchAll(/sql`([^`]*)`/g), ([, text]) => text ?? '')
          : [safer ?? ''];
      for (const part of parts)
        await expect(readSql(part.replace('… null', 'int null').replaceAll('…', '1')), part).resolves.toBeDefined();
    }
  }
});
