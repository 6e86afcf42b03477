import { inheritanceCases } from './inheritance-cases.ts';
import { relatedObjectsCases } from './related-objects-cases.ts';
import { sequenceCases } from './sequence-cases.ts';

/** SQL before and after a change that no entity can declare. A case with the same name on both sides is rebuilt. */
export interface HandWrittenCase {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

const table = `create table t (id int primary key, name varchar(20), body text);`;
const longer = table.replace('varchar(20)', 'varchar(30)');
const gtrigger = `create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger g before insert on t for each row when (new.name <> '') execute function f();`;

/** A setting or an object beside a table: created, and dropped again by `down`. */
const made = (name: string, sql: string, base = table): HandWrittenCase => ({
  name,
  before: base,
  after: `${base} ${sql}`,
});

/** An object that stays the same while the column `name`, on which it depends, gets another type. */
const rebuilt = (name: string, sql: string): HandWrittenCase => ({
  name: `${name}, rebuilt around a column`,
  before: `${table} ${sql}`,
  after: `${longer} ${sql}`,
});

const changed = (name: string, before: string, after: string, base = table): HandWrittenCase => ({
  name,
  before: `${base} ${before}`,
  after: `${base} ${after}`,
});

const view = `create view v with (security_invoker = true) as select id, name from t;
  alter view v alter column name set default 'none'; comment on view v is 'shown'; comment on column v.id is 'key';
  grant select on v to pg_monitor; grant update (name) on v to pg_monitor;
  create rule r as on insert to v do instead nothing; comment on rule r on v is 'ignored';
  create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger i instead of update on v for each row execute function f();`;

const materialized = `create materialized view m with (fillfactor = 70) as select id, name from t;
  create unique index m_id on m (id); create index m_name on m (lower(name)) where id > 0; comment on index m_id is 'key';
  alter table m cluster on m_id; alter materialized view m alter column name set statistics 50; grant select on m to public;`;

const parted = `create table p (id int not null, at date not null, v text) partition by range (at);
  create table p_1 partition of p for values from ('2020-01-01') to ('2021-01-01') partition by list (id);`;

const overEnum = `create domain d as s default 'a' check (value <> 'c'); comment on domain d is 'letter'; create domain dd as d;
  create function f(x s) returns d language sql immutable begin atomic select x::d; end; comment on function f(s) is 'same';
  create function many(x s[]) returns int language sql as 'select 1'; revoke execute on function many(s[]) from public;
  create table e (id int primary key, s s default 'a', d d, dd dd[]); create index e_d on e (d);
  create view v as select id, f(s) as f from e; create view one as select 1 as one where 'a'::s < 'c'::s;
  create policy p on e using ('a'::s <> 'c'::s); create trigger g before update of s on e for each row when (new.s = 'a')
  execute function suppress_redundant_updates_trigger();`;

const defaults = `alter default privileges grant select on tables to pg_monitor;
  alter default privileges in schema public grant execute on functions to pg_monitor;`;

/** Changes that only hand-written SQL can make, in both directions. */
export const handWrittenCases: readonly HandWrittenCase[] = [
  made('persistence', 'alter table t set unlogged;'),
  made(
    'new unlogged tables',
    'create unlogged table a (id int primary key); create unlogged table b (a int references a);',
    '',
  ),
  made('storage parameters', 'alter table t set (fillfactor = 70, toast.autovacuum_enabled = false);'),
  changed('storage parameter changed', 'alter table t set (fillfactor = 70);', 'alter table t set (fillfactor = 80);'),
  made('replica identity', 'alter table t replica identity full;'),
  made(
    'replica identity and clustering by an index',
    `create unique index x on t (body); alter table t alter body set not null;
    alter table t replica identity using index x; alter table t cluster on x;`,
  ),
  made(
    'column storage, compression, statistics and options',
    `alter table t alter body set storage external, alter body set compression pglz,
    alter body set statistics 500, alter body set (n_distinct = -0.5);`,
  ),
  made(
    'serial and identity sequences',
    `create table s (a serial, b bigint generated always as identity);
    alter sequence s_a_seq increment by 50 cache 10; alter sequence s_b_seq minvalue -5 cycle;
    comment on sequence s_a_seq is 'hi-lo'; grant usage on sequence s_a_seq to pg_monitor;`,
  ),
  changed(
    'sequence increment',
    'alter sequence s_a_seq increment by 2;',
    'alter sequence s_a_seq increment by 50;',
    'create table s (a serial);',
  ),
  made(
    'privileges',
    `grant all on t to public; grant select (id), update (name) on t to pg_monitor; revoke delete on t from current_user;
    grant select on t to pg_read_all_data with grant option;`,
  ),
  made(
    'default privileges',
    'create schema s; alter default privileges in schema s grant select on tables to pg_monitor;',
  ),
  made(
    'privileges on schemas, types and functions',
    `create schema s; grant usage on schema s to public; create type s.mood as enum ('a');
    revoke usage on type s.mood from public; create function s.f(n int) returns int language sql as 'select n';
    revoke execute on function s.f(int) from public; create procedure s.p(n int) language sql as 'select n'; comment on procedure s.p(int) is 'p';`,
  ),
  made('disabled trigger', `${gtrigger} alter table t disable trigger g; comment on trigger g on t is 'off';`),
  changed('trigger state', gtrigger, `${gtrigger} alter table t enable always trigger g;`),
  made('rule', 'create rule r as on delete to t do instead nothing; alter table t disable rule r;'),
  made('policy with a comment', `create policy p on t using (id > 0); comment on policy p on t is 'positive';`),
  made(
    'extended statistics',
    `create statistics s (dependencies, mcv) on name, id from t; alter statistics s set statistics 200;
      create statistics e on lower(name), (id + 1), body from t; create statistics l on (id * 2) from t;`,
  ),
  made(
    'aggregates',
    `create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0', combinefunc = int4pl, parallel = safe);
    create aggregate number(*) (sfunc = int8inc, stype = bigint, initcond = '0'); comment on aggregate total(int) is 'sum';`,
  ),
  made(
    'types',
    `create domain pos as int constraint pos_check check (value > 0); comment on constraint pos_check on domain pos is 'positive';
    create domain name_text as text collate "C" not null default 'x'; create type pair as (a pos, b text collate "C");
    comment on type pair is 'two'; comment on column pair.a is 'first'; create type span as range (subtype = float8, subtype_diff = float8mi);
    create collation numeric_order (provider = icu, locale = 'de', deterministic = false);`,
  ),
  made(
    'sequence',
    'create sequence s as smallint increment 3 cycle; alter sequence s set unlogged; grant usage on sequence s to public;',
  ),
  made('owned sequence without a default', 'create sequence s increment 2 owned by t.id;'),
  made(
    'publications',
    `create publication a for table t (id, name) where (id > 3) with (publish = 'insert'); create publication b for all tables;`,
  ),
  made(
    'event trigger',
    `create function e() returns event_trigger language plpgsql as 'begin end';
    create event trigger e on sql_drop when tag in ('DROP TABLE') execute function e(); alter event trigger e disable;`,
    '',
  ),
  made(
    'foreign table',
    `create foreign data wrapper w; create server s type 'x' foreign data wrapper w options (host 'h');
    create foreign table ft (id int options (column_name 'i') not null, v text default 'd', constraint c check (id > 0)) server s options (schema_name 'x');
    comment on column ft.id is 'key';`,
  ),
  made('view with options', view),
  made('materialized view with indexes', materialized),
  rebuilt('view with options', view),
  rebuilt('materialized view with indexes', materialized),
  rebuilt('disabled trigger', `${gtrigger} alter table t disable trigger g; comment on trigger g on t is 'off';`),
  rebuilt('policy with a comment', `create policy p on t using (name <> ''); comment on policy p on t is 'named';`),
  rebuilt(
    'rule on a table',
    `create table log (name text); create rule r as on update to t do also insert into log values (new.name); alter table t disable rule r;`,
  ),
  rebuilt(
    'extended statistics',
    `create statistics s on id, name from t; alter statistics s set statistics 9; comment on statistics s is 'both';`,
  ),
  rebuilt(
    'publication with a row filter',
    `create publication a for table t where (name <> 'x'); comment on publication a is 'some';`,
  ),
  rebuilt(
    'column storage',
    `alter table t alter name set storage main, alter name set statistics 7; grant select (name) on t to pg_monitor;`,
  ),
  {
    name: 'constraint rebuilt with its storage parameters and clustering',
    before:
      'create table t (a int, b int, constraint u unique (a) with (fillfactor = 60)); alter table t cluster on u;',
    after:
      'create table t (a int, b int, constraint u unique (a, b) with (fillfactor = 60)); alter table t cluster on u;',
  },
  {
    name: 'generated column rebuilt with its settings',
    before: `create table t (a int, b int generated always as (a + 1) stored); alter table t alter b set statistics 5; grant select (b) on t to public;
      create index x on t (b); create statistics s on a, b from t; comment on statistics s is 'kept';`,
    after: `create table t (a int, b int generated always as (a + 2) stored); alter table t alter b set statistics 5; grant select (b) on t to public;
      create index x on t (b); create statistics s on a, b from t; comment on statistics s is 'kept';`,
  },
  {
    name: 'native enum rebuilt with its privileges',
    before: `create type mood as enum ('a', 'b'); revoke usage on type mood from public; create table t (m mood);`,
    after: `create type mood as enum ('a', 'c'); revoke usage on type mood from public; create table t (m mood);`,
  },
  made(
    'partitions of partitions',
    `create table p_1_1 partition of p_1 for values in (1) with (fillfactor = 40);
    create table p_2 partition of p default; create index p_2_v on p_2 (v); alter table p_2 add constraint p_2_check check (id > 0);
    comment on constraint p_2_check on p_2 is 'own'; alter table p_2 alter v set default 'x', alter v set not null; comment on table p_2 is 'rest';
    comment on column p_2.v is 'value'; grant select on p_2 to public; alter table p_2 enable row level security; create policy o on p_2 using (true);`,
    parted,
  ),
  made(
    'partitioned table with everything',
    `${parted} create table p_2 partition of p default; create index p_2_v on p_2 (v);
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger g after insert on p for each row execute function f(); alter table p_2 disable trigger g;`,
    '',
  ),
  made(
    'inheritance',
    'create table base (id int primary key, a text not null); create table child (extra int) inherits (base);',
    '',
  ),
  changed(
    'inheritance ended',
    'create table child (extra int) inherits (t);',
    'create table child (id int not null, name varchar(20), body text, extra int);',
  ),
  made(
    'exclusion and deferrable constraints',
    `create table e (id int, r int4range, constraint x exclude using gist (r with &&) with (fillfactor = 55),
    constraint d unique (id) deferrable initially deferred, constraint n unique nulls not distinct (id, r), constraint c check (id > 0) no inherit);
    alter table e add constraint v check (id < 9) not valid;`,
    '',
  ),
  made(
    'disabled foreign key',
    'create table o (t_id int constraint fk references t); alter table o disable trigger all;',
  ),
  made(
    'event trigger for every command',
    `create function e() returns event_trigger language plpgsql as 'begin end';
    create event trigger e on ddl_command_end execute function e();`,
    '',
  ),
  made(
    'foreign server with a comment',
    `create foreign data wrapper w; create server s foreign data wrapper w;
    comment on server s is 'far'; grant usage on foreign server s to pg_monitor;`,
    '',
  ),
  made(
    'settings of an inherited column',
    `create table child (extra int) inherits (t); alter table only t alter body set statistics 9;`,
  ),
  rebuilt(
    'function with an SQL body',
    `create function f(n int) returns text stable begin atomic select name from t where id = n; end; comment on function f(int) is 'name';
      grant execute on function f(int) to pg_monitor; create procedure p(n int) begin atomic delete from t where name = 'x'; end;
      create view v as select f(1) as name; create policy p on t using (f(id) is not null);`,
  ),
  changed(
    'function body changed',
    `create function f(n int) returns int language sql as 'select 1';`,
    `create function f(n int) returns int language sql strict as 'select 2';`,
  ),
  changed(
    'function result and parameters changed',
    `create function f(n int) returns int language sql as 'select 1'; create view v as select f(1)::text as f; comment on function f(int) is 'f';`,
    `create function f(m int) returns bigint language sql as 'select 1'; create view v as select f(1)::text as f; comment on function f(int) is 'f';`,
  ),
  changed(
    'view options changed',
    'create view v with (security_invoker) as select id from t;',
    'create view v with (security_barrier) as select id from t;',
  ),
  changed(
    'view columns changed',
    `create view v as select id, name from t; create view w as select id from v; comment on view w is 'w';`,
    `create view v as select id from t; create view w as select id from v; comment on view w is 'w';`,
  ),
  changed(
    'index of a materialized view changed',
    'create materialized view m as select id, name from t; create index m_i on m (id);',
    'create materialized view m as select id, name from t; create index m_i on m (name);',
  ),
  changed(
    'rule changed',
    'create rule r as on delete to t do instead nothing;',
    'create rule r as on delete to t where old.id > 3 do instead nothing;',
  ),
  changed(
    'policy changed',
    'create policy p on t using (id > 0);',
    'create policy p on t as restrictive for select to pg_monitor using (id > 0);',
  ),
  changed('trigger changed', gtrigger, gtrigger.replace('before insert', 'before insert or update')),
  changed(
    'aggregate changed',
    'create aggregate a(int) (sfunc = int4pl, stype = int);',
    `create aggregate a(int) (sfunc = int4pl, stype = int, initcond = '3');`,
  ),
  changed(
    'domain changed',
    'create domain d as int check (value > 0);',
    'create domain d as int not null check (value > 1);',
  ),
  changed('composite type changed', 'create type c as (a int);', 'create type c as (a int, b text);'),
  changed('range changed', 'create type r as range (subtype = int4);', 'create type r as range (subtype = int8);'),
  changed(
    'collation changed',
    `create collation c (provider = icu, locale = 'de');`,
    `create collation c (provider = icu, locale = 'sv');`,
  ),
  changed(
    'statistics changed',
    'create statistics s on id, name from t;',
    'create statistics s (mcv) on id, body from t;',
  ),
  changed('sequence changed', 'create sequence s;', 'create sequence s increment 3 cache 5;'),
  changed(
    'publication changed',
    'create publication p for table t;',
    'create publication p for table t (id) where (id > 1);',
  ),
  changed(
    'foreign server changed',
    'create foreign data wrapper w; create server s foreign data wrapper w;',
    `create foreign data wrapper w; create server s version '2' foreign data wrapper w;`,
  ),
  changed(
    'bound of a partition changed',
    'create table p_2 partition of p default;',
    `create table p_2 partition of p for values from ('2022-01-01') to ('2023-01-01');`,
    parted,
  ),
  changed(
    'privileges changed',
    'grant select on t to public; grant select (id) on t to pg_monitor;',
    'grant insert on t to public; grant select (name) on t to pg_monitor;',
  ),
  changed(
    'comments changed',
    `comment on table t is 'a'; comment on column t.id is 'a'; comment on constraint t_pkey on t is 'a';`,
    `comment on table t is 'b'; comment on column t.id is 'b'; comment on constraint t_pkey on t is 'b';`,
  ),
  made(
    'schema with a comment',
    `create schema s; comment on schema s is 'a schema'; grant create on schema public to pg_monitor;`,
  ),
  made(
    'new tables that use new objects of other kinds',
    `create collation c (locale = 'C'); create sequence n; create type y as (a int); create extension citext;
    create function low() returns int language sql as 'select 1'; create function ok(int) returns boolean language sql immutable as 'select $1 > 0';
    create domain d as int default low() check (ok(value));
    create table a (id int default low(), d d, y y, c text collate c, i citext, n int default nextval('n'), check (ok(id)));
    create index a_ok on a (ok(id)); create function titles() returns setof a language sql as 'select * from a';`,
    '',
  ),
  made(
    'new columns that use new objects of other kinds',
    `create function low() returns int language sql as 'select 1'; create domain d as int;
    alter table t add low int default low(), add d d;`,
  ),
  changed(
    'fewer values of an enum that other objects use',
    `create type s as enum ('a', 'b', 'c'); ${overEnum}`,
    `create type s as enum ('c', 'a'); ${overEnum}`,
    '',
  ),
  rebuilt(
    'function over the rows of a view',
    `create view v as select id, name from t; create function rows() returns setof v language sql as 'select * from v';
    comment on function rows() is 'all'; create view w as select name from rows();`,
  ),
  rebuilt(
    'index whose keys have statistics targets',
    'create index x on t (id, lower(name)); alter index x alter column 2 set statistics 77;',
  ),
  rebuilt(
    'objects that are older than default privileges',
    `create view v as select name from t; alter default privileges grant select on tables to pg_monitor;
    alter default privileges revoke execute on functions from public;`,
  ),
  changed(
    'table and function dropped that are older than default privileges',
    `create table old (id int); create function f() returns int language sql as 'select 1'; ${defaults}`,
    defaults,
    '',
  ),
  ...relatedObjectsCases,
  ...inheritanceCases,
  ...sequenceCases,
  changed(
    'privileges on a table that a role keeps on columns',
    `create view v as select id from t; grant select on t, v to public; grant select (id) on t to public; grant select (id) on v to public;`,
    `create view v as select id from t; grant select (id) on t to public; grant select (id) on v to public;`,
  ),
];
