import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isSql } from '../../src/contract/sql.ts';
import { lookupKey } from '../../src/sql/object-key.ts';
import { explainType } from '../../src/sql/sql-type.ts';
import { clearRawPglite, openRawPglite } from '../../../../test/helper/raw-pglite.ts';
import { readRevisionFiles, revisionsUpTo } from '../../../../test/helper/revision-files.ts';
import { schemaHistory, type SchemaHistory } from '../../src/ownership/schema-history.ts';

const root = join(import.meta.dirname, '../../../..');

let database: PGlite;
beforeAll(async () => {
  database = await openRawPglite();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clearRawPglite(database);
  await database.exec('drop schema if exists shop cascade; drop schema if exists store cascade');
});

/** Selects the objects on the server, except `not null` constraints, which exist only since PostgreSQL 18. */
const serverObjects = `
  with places as (select oid, nspname, case nspname when 'public' then '' else nspname || '.' end as prefix
    from pg_namespace where nspname !~ '^(pg_|information_schema)')
  select 'relation ' || prefix || relname as object from pg_class c join places p on p.oid = relnamespace
    where relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    or (relkind in ('i', 'I') and not exists (select from pg_constraint where conindid = c.oid and contype <> 'f'))
  union all
  select 'column ' || prefix || relname || '.' || attname || ' ' || t.typname
      || case when attnotnull then ' not null' else '' end || case when atthasdef or attidentity <> '' then ' default' else '' end
    from pg_attribute join pg_class c on c.oid = attrelid join places p on p.oid = relnamespace
      join pg_type t on t.oid = atttypid
    where attnum > 0 and relkind in ('r', 'p') and not attisdropped
  union all
  select 'constraint ' || prefix || relname || '.' || conname
    from pg_constraint join pg_class c on c.oid = conrelid join places p on p.oid = relnamespace where contype <> 'n'
  union all
  select 'type ' || prefix || typname || coalesce((select '(' || string_agg(enumlabel, ',' order by enumlabel) || ')'
      from pg_enum where enumtypid = t.oid), '')
    from pg_type t join places p on p.oid = typnamespace where typtype in ('e', 'd')
  union all
  select 'trigger ' || prefix || relname || '.' || tgname
    from pg_trigger join pg_class c on c.oid = tgrelid join places p on p.oid = relnamespace where not tgisinternal
  union all
  select 'policy ' || prefix || relname || '.' || polname
    from pg_policy join pg_class c on c.oid = polrelid join places p on p.oid = relnamespace
  union all
  select 'function ' || prefix || proname from pg_proc join places p on p.oid = pronamespace
  union all
  select 'schema ' || nspname from places where nspname <> 'public'`;

async function onServer(): Promise<readonly string[]> {
  const { rows } = await database.query<{ object: string }>(serverObjects);
  return rows.map(({ object }) => object).toSorted();
}

function inHistory({ objects }: SchemaHistory): readonly string[] {
  const described = objects
    .values()
    .filter(({ kind, table }) => kind !== 'statistics' && (kind !== 'column' || !isView(objects, table)))
    .map(({ kind, name, table, type, notNull, hasDefault, values }) => {
      if (kind === 'column') {
        const array = type?.array === true ? '_' : '';
        const shown = type === undefined ? '?' : array + explainType({ ...type, modifiers: [], array: false });
        return `column ${table}.${name} ${shown}${notNull === true ? ' not null' : ''}${hasDefault === true ? ' default' : ''}`;
      }
      if (['table', 'view', 'sequence', 'index'].includes(kind)) return `relation ${name}`;
      if (kind === 'type') return `type ${name}${values === undefined ? '' : `(${values.toSorted().join()})`}`;
      return table === null ? `${kind} ${name}` : `${kind} ${table}.${name}`;
    });
  return [...described].toSorted();
}

function isView(objects: SchemaHistory['objects'], table: string | null): boolean {
  return objects.get(lookupKey({ kind: 'table', name: table ?? '', table: null }))?.kind === 'view';
}

const long = 'a_table_whose_name_is_nearly_as_long_as_a_name_can_be_at_all';

/** Scripts whose statements run one after another. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  'default names': [
    'create table t (id serial primary key, a int unique, b int check (b > 0), c int references t, d int, unique (a, b))',
    'alter table t add check (a > 0), add check (a > b), add foreign key (a, b) references t (a, b), add unique (d)',
    'create index on t (a); create index on t (a, b); create index on t (lower(b::text)); create unique index on t ((a + b))',
    "create index on t (a); create index on t (coalesce(a, b), (a || ''), cast(a as text), (case when a > 1 then b end))",
    'create index on t (a) include (b)',
    'alter table t add exclude using btree (a with =)',
  ],
  'names that are too long': [
    `create table ${long} (a_column_with_a_long_name_of_its_own serial, b int unique, unique (a_column_with_a_long_name_of_its_own, b))`,
    `create index on ${long} (a_column_with_a_long_name_of_its_own, b)`,
    'create table "ünïcödé_täblé_öf_mäny_bytés_änd_möré" ("spältë_mit_vielen_umläuten_und_mehr_ä" serial primary key)',
  ],
  'added, changed and dropped columns': [
    'create table t (a int, b text not null default now(), c timestamptz(3), d varchar(20)[], e bigserial)',
    'alter table t add column f int generated always as identity, add g numeric default null, add column if not exists a text',
    'alter table t alter a set not null, alter b drop not null, alter b drop default, alter c type date, alter a set default 1',
    'alter table t alter f drop identity; alter table t alter f add generated always as identity',
    'alter table t alter f drop identity, drop column d, drop column if exists x; alter table t rename f to h',
    'alter table t rename column h to i',
    'create table u (like t, z int); create table w (like t including defaults); create table v (y int) inherits (w)',
  ],
  'objects that are dropped with a column': [
    'create table t (a serial, b int, c int, unique (a, b), check (c > 0), check (b > c)); create index i on t (b, c)',
    'alter table t drop column a; alter table t drop column c',
  ],
  'objects that are dropped with a table': [
    'create table t (id serial primary key); create table u (t int references t, x int); create index i on u (x)',
    'create table v (t int references t)',
    'create table p (a int) partition by list (a); create table p_1 partition of p for values in (1) partition by list (a)',
    'create table p_2 partition of p_1 for values in (1); create table p_3 partition of p for values in (2)',
    'alter table p detach partition p_3; alter table p rename to q; drop table q',
    'alter table u rename to w; drop table w',
    'drop table t cascade',
  ],
  'tables in another schema': [
    'create schema shop create table item (id serial primary key, name text unique)',
    'create table shop.sale (item int references shop.item); create index on shop.sale (item)',
    'alter table shop.sale set schema public',
    'alter schema shop rename to store; drop schema store cascade',
  ],
  'a schema that is dropped with its tables': [
    'create schema shop; create table shop.item (id int)',
    'drop schema shop cascade',
  ],
  'temporary objects': [
    'create table t (id int primary key, a int)',
    'create temp table t as select 1 as x; create index on t (x); alter table t add column y int; insert into t (x) values (2)',
    'create temporary table u (id serial primary key); create index i on u (id); create view v as select id from u; drop table u cascade',
    'create temp sequence s; create table u (a int); with u as (select 1 as a) select a from u; select 1 as x into temp w; create table w (z int)',
    'alter table t add column z int; create temp table a (b int); alter table a rename to c; alter table c rename b to d; create table a (b int)',
  ],
  'names that are free because the statement drops them': [
    'create table t (id int primary key, n int not null, m int unique)',
    'alter table t drop constraint t_pkey, add primary key (n)',
    'alter table t add unique (m), drop constraint t_m_key',
  ],
  enums: [
    "create type mood as enum ('sad', 'ok'); create table t (m mood, ms mood[])",
    "alter type mood add value 'happy'",
    "alter type mood rename value 'ok' to 'fine'; alter type mood rename to feeling",
    "alter type feeling rename to old; create type feeling as enum ('sad'); alter table t drop m, alter ms type feeling[] using null; drop type old",
  ],
  'functions, triggers, views, policies': [
    "create function f() returns trigger language plpgsql as 'begin return new; end'",
    'create table t (a int); create trigger x before insert on t for each row execute function f()',
    'create view v as select a from t; create materialized view m as select a from t; create policy p on t using (a > 0)',
    'alter trigger x on t rename to y; alter policy p on t rename to q; alter view v rename to w',
    'drop trigger y on t; drop policy q on t; drop view w; drop materialized view m; drop function f',
  ],
  'constraints from indexes, domains and owned sequences': [
    'create table t (a int not null, b int); create unique index i on t (a); create unique index j on t (b)',
    'alter table t add primary key using index i; alter table t add constraint k unique using index j',
    'alter table t rename constraint k to l; alter index i rename to m',
    'alter table t drop constraint l',
    'create domain positive as int check (value > 0); create sequence s owned by t.a; alter table t drop column a',
  ],
  'objects that already exist': [
    'create table t (a int); create table if not exists t (b int); create index if not exists i on t (a)',
    'create index if not exists i on t (a); create or replace view v as select a from t',
    'create or replace view v as select a, a as b from t; drop view if exists v; drop view if exists v',
  ],
};

describe('a history contains the same objects as the server', () => {
  it.each(Object.entries(scripts))('%s', async (_, script) => {
    let history = await schemaHistory([]);
    for (const [i, text] of script.entries()) {
      await database.exec(text);
      // As the runner does after each revision.
      await database.exec('discard temp');
      history = await history.with({ id: `core@${i}`, plugin: 'core', up: { kind: 'sql', text } });
      expect(inHistory(history), text).toEqual(await onServer());
    }
  });

  it('after the revisions of this repository', async () => {
    const folders = [
      'plugins/core/src',
      'plugins/likes/src',
      'plugins/comments/src',
      'plugins/messages/src',
      'app/src',
    ];
    const files = await Promise.all(folders.map((folder) => readRevisionFiles(join(root, folder, 'migrations'))));
    const revisions = revisionsUpTo(
      files.flatMap((all) => all.map(({ revision }) => revision)),
      'heads',
    );
    let history = await schemaHistory([]);
    for (const { id, up } of revisions) {
      const text = isSql(up) ? up.text : '';
      await database.exec(text);
      history = await history.with({ id, plugin: id.split('@')[0] ?? '', up: { kind: 'sql', text } });
    }
    expect(inHistory(history)).toEqual(await onServer());
  });
});
