-- # persistence

-- up

alter table t set unlogged;

-- down

alter table t set logged;


-- # new unlogged tables

-- up

create table "a" (
  "id" int primary key
);
alter table a set unlogged;

create table "b" (
  "a" int null
);
alter table b set unlogged;
alter table "b" add constraint "b_a_fkey"
  foreign key ("a") references "a" ("id");

-- down

drop table "b";
drop table "a";


-- # storage parameters

-- up

alter table t set (fillfactor = 70);
alter table t set (toast.autovacuum_enabled = false);

-- down

alter table t reset (fillfactor);
alter table t reset (toast.autovacuum_enabled);


-- # storage parameter changed

-- up

alter table t reset (fillfactor);

alter table t set (fillfactor = 80);

-- down

alter table t reset (fillfactor);

alter table t set (fillfactor = 70);


-- # replica identity

-- up

alter table t replica identity full;

-- down

alter table t replica identity default;


-- # replica identity and clustering by an index

-- up

alter table "t" alter column "body" set not null;

create unique index "x" on "t" ("body");

alter table t cluster on x;
alter table t replica identity using index x;

-- down

alter table t replica identity default;

drop index "x";

alter table "t" alter column "body" drop not null;


-- # column storage, compression, statistics and options

-- up

alter table only t alter column body set compression pglz;
alter table only t alter column body set (n_distinct=-0.5);
alter table only t alter column body set statistics 500;
alter table only t alter column body set storage external;

-- down

alter table only t alter column body set compression default;
alter table only t alter column body reset (n_distinct);
alter table only t alter column body set statistics -1;
alter table only t alter column body set storage extended;


-- # serial and identity sequences

-- up

create table "s" (
  "a" serial,
  "b" bigint not null generated always as identity
);
comment on sequence s_a_seq is 'hi-lo';
grant usage on sequence s_a_seq to pg_monitor;
alter sequence s_a_seq increment by 50 cache 10;
alter sequence s_b_seq minvalue -5 cycle;

-- down

drop table "s";


-- # sequence increment

-- up

alter sequence s_a_seq as integer increment by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;

alter sequence s_a_seq increment by 50;

-- down

alter sequence s_a_seq as integer increment by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;

alter sequence s_a_seq increment by 2;


-- # privileges

-- up

grant select (id) on t to pg_monitor;
grant update (name) on t to pg_monitor;
revoke delete on table t from current_user;
grant select on table t to pg_read_all_data with grant option;
grant all on table t to public;

-- down

revoke select (id) on t from pg_monitor;
revoke update (name) on t from pg_monitor;
grant delete on table t to current_user;
revoke select on table t from pg_read_all_data;
revoke all on table t from public;


-- # default privileges

-- up

create schema "s";

alter default privileges in schema s grant select on tables to pg_monitor;

-- down

drop schema "s";


-- # privileges on schemas, types and functions

-- up

create schema "s";

create type "s"."mood" as enum ('a');

CREATE OR REPLACE FUNCTION s.f(n integer)
 RETURNS integer
 LANGUAGE sql
AS $function$select n$function$;
CREATE OR REPLACE PROCEDURE s.p(IN n integer)
 LANGUAGE sql
AS $procedure$select n$procedure$;

revoke execute on function s.f(integer) from public;
comment on procedure s.p(integer) is 'p';
grant usage on schema s to public;
revoke usage on type s.mood from public;

-- down

drop procedure "s"."p"(integer);
drop function "s"."f"(integer);

drop type "s"."mood";

drop schema "s";


-- # disabled trigger

-- up

CREATE OR REPLACE FUNCTION public.f()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$begin return new; end$function$;
CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW WHEN (((new.name)::text <> ''::text)) EXECUTE FUNCTION f();

comment on trigger g on t is 'off';
alter table t disable trigger g;

-- down

drop trigger "g" on "t";

drop function "f"();


-- # trigger state

-- up

alter table t enable always trigger g;

-- down

alter table t enable trigger g;


-- # rule

-- up

CREATE RULE r AS
    ON DELETE TO public.t DO INSTEAD NOTHING;

alter table t disable rule r;

-- down

drop rule "r" on "t";


-- # policy with a comment

-- up

create policy p on t as permissive for all to public using ((id > 0));

comment on policy p on t is 'positive';

-- down

drop policy "p" on "t";


-- # extended statistics

-- up

create statistics public.s (dependencies, mcv) on id, name from t;
create statistics public.e on body, ((id + 1)), lower((name)::text) from t;
create statistics public.l on ((id * 2)) from t;

alter statistics public.s set statistics 200;

-- down

drop statistics "l";
drop statistics "e";
drop statistics "s";


-- # aggregates

-- up

create aggregate total(integer) (sfunc = int4pl, stype = integer, combinefunc = int4pl, initcond = '0', parallel = safe);
create aggregate number(*) (sfunc = int8inc, stype = bigint, initcond = '0');

comment on aggregate total(integer) is 'sum';

-- down

drop aggregate "number"(*);
drop aggregate "total"(integer);


-- # types

-- up

create collation numeric_order (provider = icu, locale = 'de', deterministic = false);
create domain pos as integer constraint pos_check CHECK ((VALUE > 0));
create domain name_text as text collate "C" not null default 'x'::text;
create type pair as (a pos, b text collate "C");
create type span as range (subtype = double precision, subtype_diff = float8mi, multirange_type_name = span_multirange);

comment on column pair.a is 'first';
comment on constraint pos_check on domain pos is 'positive';
comment on type pair is 'two';

-- down

drop type "span";
drop type "pair";
drop domain "name_text";
drop domain "pos";
drop collation "numeric_order";


-- # sequence

-- up

create sequence s as smallint increment 3 minvalue 1 maxvalue 32767 start 1 cache 1 cycle;

alter sequence s set unlogged;
grant usage on sequence s to public;

-- down

drop sequence "s";


-- # owned sequence without a default

-- up

create sequence s as bigint increment 2 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter sequence s owned by t.id;

-- down

drop sequence "s";


-- # publications

-- up

create publication a for table t (id, name) where ((id > 3)) with (publish = 'insert');
create publication b for all tables with (publish = 'insert, update, delete, truncate');

-- down

drop publication "b";
drop publication "a";


-- # event trigger

-- up

CREATE OR REPLACE FUNCTION public.e()
 RETURNS event_trigger
 LANGUAGE plpgsql
AS $function$begin end$function$;
create event trigger e on sql_drop when tag in ('DROP TABLE') execute function e();

alter event trigger e disable;

-- down

drop event trigger "e";

drop function "e"();


-- # foreign table

-- up

create foreign data wrapper w;
create server s type 'x' foreign data wrapper w options (host 'h');
create foreign table ft (id integer options (column_name 'i') not null, v text default 'd'::text, constraint c CHECK ((id > 0))) server s options (schema_name 'x');

comment on column ft.id is 'key';

-- down

drop foreign table "ft";
drop server "s";
drop foreign data wrapper "w";


-- # view with options

-- up

CREATE OR REPLACE FUNCTION public.f()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$begin return new; end$function$;
create view v as
 SELECT id,
    name
   FROM t;
CREATE RULE r AS
    ON INSERT TO public.v DO INSTEAD NOTHING;
CREATE TRIGGER i INSTEAD OF UPDATE ON public.v FOR EACH ROW EXECUTE FUNCTION f();

comment on column v.id is 'key';
alter view v alter column name set default 'none'::character varying;
grant update (name) on v to pg_monitor;
comment on view v is 'shown';
grant select on table v to pg_monitor;
alter view v set (security_invoker = true);
comment on rule r on v is 'ignored';

-- down

drop view "v";

drop function "f"();


-- # materialized view with indexes

-- up

create materialized view m as
 SELECT id,
    name
   FROM t;

create unique index m_id on m using btree (id);
comment on index m_id is 'key';
create index m_name on m using btree (lower((name)::text)) WHERE (id > 0);
alter materialized view m alter column name set statistics 50;
alter materialized view m cluster on m_id;
grant select on table m to public;
alter materialized view m set (fillfactor = 70);

-- down

drop materialized view "m";


-- # view with options, rebuilt around a column

-- up

drop trigger "i" on "v";
drop rule "r" on "v";
drop view "v";

alter table "t" alter column "name" type varchar(30);

create view v as
 SELECT id,
    name
   FROM t;
CREATE RULE r AS
    ON INSERT TO public.v DO INSTEAD NOTHING;
CREATE TRIGGER i INSTEAD OF UPDATE ON public.v FOR EACH ROW EXECUTE FUNCTION f();

comment on column v.id is 'key';
alter view v alter column name set default 'none'::character varying;
grant update (name) on v to pg_monitor;
comment on view v is 'shown';
grant select on table v to pg_monitor;
alter view v set (security_invoker = true);
comment on rule r on v is 'ignored';

-- down

drop trigger "i" on "v";
drop rule "r" on "v";
drop view "v";

alter table "t" alter column "name" type varchar(20);

create view v as
 SELECT id,
    name
   FROM t;
CREATE RULE r AS
    ON INSERT TO public.v DO INSTEAD NOTHING;
CREATE TRIGGER i INSTEAD OF UPDATE ON public.v FOR EACH ROW EXECUTE FUNCTION f();

comment on column v.id is 'key';
alter view v alter column name set default 'none'::character varying;
grant update (name) on v to pg_monitor;
comment on view v is 'shown';
grant select on table v to pg_monitor;
alter view v set (security_invoker = true);
comment on rule r on v is 'ignored';


-- # materialized view with indexes, rebuilt around a column

-- up

drop materialized view "m";

alter table "t" alter column "name" type varchar(30);

create materialized view m as
 SELECT id,
    name
   FROM t;

create unique index m_id on m using btree (id);
comment on index m_id is 'key';
create index m_name on m using btree (lower((name)::text)) WHERE (id > 0);
alter materialized view m alter column name set statistics 50;
alter materialized view m cluster on m_id;
grant select on table m to public;
alter materialized view m set (fillfactor = 70);

-- down

drop materialized view "m";

alter table "t" alter column "name" type varchar(20);

create materialized view m as
 SELECT id,
    name
   FROM t;

create unique index m_id on m using btree (id);
comment on index m_id is 'key';
create index m_name on m using btree (lower((name)::text)) WHERE (id > 0);
alter materialized view m alter column name set statistics 50;
alter materialized view m cluster on m_id;
grant select on table m to public;
alter materialized view m set (fillfactor = 70);


-- # disabled trigger, rebuilt around a column

-- up

drop trigger "g" on "t";

alter table "t" alter column "name" type varchar(30);

CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW WHEN (((new.name)::text <> ''::text)) EXECUTE FUNCTION f();

comment on trigger g on t is 'off';
alter table t disable trigger g;

-- down

drop trigger "g" on "t";

alter table "t" alter column "name" type varchar(20);

CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW WHEN (((new.name)::text <> ''::text)) EXECUTE FUNCTION f();

comment on trigger g on t is 'off';
alter table t disable trigger g;


-- # policy with a comment, rebuilt around a column

-- up

drop policy "p" on "t";

alter table "t" alter column "name" type varchar(30);

create policy p on t as permissive for all to public using (((name)::text <> ''::text));

comment on policy p on t is 'named';

-- down

drop policy "p" on "t";

alter table "t" alter column "name" type varchar(20);

create policy p on t as permissive for all to public using (((name)::text <> ''::text));

comment on policy p on t is 'named';


-- # rule on a table, rebuilt around a column

-- up

drop rule "r" on "t";

alter table "t" alter column "name" type varchar(30);

CREATE RULE r AS
    ON UPDATE TO public.t DO  INSERT INTO log (name)
  VALUES (new.name);

alter table t disable rule r;

-- down

drop rule "r" on "t";

alter table "t" alter column "name" type varchar(20);

CREATE RULE r AS
    ON UPDATE TO public.t DO  INSERT INTO log (name)
  VALUES (new.name);

alter table t disable rule r;


-- # extended statistics, rebuilt around a column

-- up

drop statistics "s";

alter table "t" alter column "name" type varchar(30);

create statistics public.s on id, name from t;

comment on statistics public.s is 'both';
alter statistics public.s set statistics 9;

-- down

drop statistics "s";

alter table "t" alter column "name" type varchar(20);

create statistics public.s on id, name from t;

comment on statistics public.s is 'both';
alter statistics public.s set statistics 9;


-- # publication with a row filter, rebuilt around a column

-- up

drop publication "a";

alter table "t" alter column "name" type varchar(30);

create publication a for table t where (((name)::text <> 'x'::text)) with (publish = 'insert, update, delete, truncate');

comment on publication a is 'some';

-- down

drop publication "a";

alter table "t" alter column "name" type varchar(20);

create publication a for table t where (((name)::text <> 'x'::text)) with (publish = 'insert, update, delete, truncate');

comment on publication a is 'some';


-- # column storage, rebuilt around a column

-- up

alter table "t" alter column "name" type varchar(30);

alter table only t alter column name set storage main;

-- down

alter table "t" alter column "name" type varchar(20);

alter table only t alter column name set storage main;


-- # constraint rebuilt with its storage parameters and clustering

-- up

alter table "t" drop constraint "u";

alter table "t" add constraint "u" unique ("a", "b");

alter table t cluster on u;
alter index u set (fillfactor = 60);

-- down

alter table "t" drop constraint "u";

alter table "t" add constraint "u" unique ("a");

alter table t cluster on u;
alter index u set (fillfactor = 60);


-- # generated column rebuilt with its settings

-- up

drop statistics "s";

alter table "t" drop column "b";

alter table "t" add column "b" int generated always as (a + 2) stored;

create index "x" on "t" ("b");

create statistics public.s on a, b from t;

grant select (b) on t to public;
alter table only t alter column b set statistics 5;
comment on statistics public.s is 'kept';

-- down

drop statistics "s";

alter table "t" drop column "b";

alter table "t" add column "b" int generated always as (a + 1) stored;

create index "x" on "t" ("b");

create statistics public.s on a, b from t;

grant select (b) on t to public;
alter table only t alter column b set statistics 5;
comment on statistics public.s is 'kept';


-- # native enum rebuilt with its privileges

-- up

alter type "mood" rename to "mood__old";
create type "mood" as enum ('a', 'c');
alter table "t" alter column "m" type mood using ("m"::text::mood);
drop type "mood__old";

revoke usage on type mood from public;

-- down

alter type "mood" rename to "mood__old";
create type "mood" as enum ('a', 'b');
alter table "t" alter column "m" type mood using ("m"::text::mood);
drop type "mood__old";

revoke usage on type mood from public;


-- # partitions of partitions

-- up

create table "p_2" partition of "p" default;
create table "p_1_1" partition of "p_1" for values in (1);

create policy o on p_2 as permissive for all to public using (true);

create index p_2_v on p_2 using btree (v);
alter table p_2 add constraint p_2_check CHECK ((id > 0));
comment on constraint p_2_check on p_2 is 'own';
comment on column p_2.v is 'value';
alter table p_2 alter column v set default 'x'::text;
alter table p_2 alter column v set not null;
alter table p_1_1 set (fillfactor = 40);
comment on table p_2 is 'rest';
grant select on table p_2 to public;
alter table p_2 enable row level security;

-- down

drop table "p_2";
drop table "p_1_1";


-- # partitioned table with everything

-- up

create table "p" (
  "id" int not null,
  "at" date not null,
  "v" text null
) partition by range (at);
create table "p_1" partition of "p" for values from ('2020-01-01') to ('2021-01-01') partition by list (id);
create table "p_2" partition of "p" default;

CREATE OR REPLACE FUNCTION public.f()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$begin return new; end$function$;
CREATE TRIGGER g AFTER INSERT ON public.p FOR EACH ROW EXECUTE FUNCTION f();

create index p_2_v on p_2 using btree (v);
alter table p_2 disable trigger g;

-- down

drop table "p";

drop function "f"();


-- # inheritance

-- up

create table "base" (
  "id" int primary key,
  "a" text not null
);

create table "child" (
  "extra" int null
) inherits ("base");

-- down

drop table "child";
drop table "base";


-- # inheritance ended

-- up

alter table "child" no inherit "t";

-- down

alter table "child" inherit "t";


-- # exclusion and deferrable constraints

-- up

create table "e" (
  "id" int null,
  "r" int4range null
);
alter table "e" add constraint "c" check ((id > 0)) no inherit;
alter table "e" add constraint "x" exclude using gist (r with &&) with (fillfactor='55');
alter table "e" add constraint "d" unique ("id") deferrable initially deferred;
alter table "e" add constraint "n" unique nulls not distinct (id, r);
alter table "e" add constraint "v" check ((id < 9)) not valid;

-- down

drop table "e";


-- # disabled foreign key

-- up

create table "o" (
  "t_id" int null
);
alter table "o" add constraint "fk"
  foreign key ("t_id") references "t" ("id");
do $$ declare name text; begin for name in select g.tgname from pg_trigger g join pg_constraint k on k.oid = g.tgconstraint where k.conname = 'fk' and k.conrelid = 'o'::regclass and g.tgrelid = 'o'::regclass loop execute format('alter table %s disable trigger %I', 'o', name); end loop; end $$;

-- down

drop table "o";


-- # event trigger for every command

-- up

CREATE OR REPLACE FUNCTION public.e()
 RETURNS event_trigger
 LANGUAGE plpgsql
AS $function$begin end$function$;
create event trigger e on ddl_command_end execute function e();

-- down

drop event trigger "e";

drop function "e"();


-- # foreign server with a comment

-- up

create foreign data wrapper w;
create server s foreign data wrapper w;

comment on server s is 'far';
grant usage on foreign server s to pg_monitor;

-- down

drop server "s";
drop foreign data wrapper "w";


-- # settings of an inherited column

-- up

create table "child" (
  "extra" int null
) inherits ("t");

alter table only t alter column body set statistics 9;

-- down

alter table only t alter column body set statistics -1;

drop table "child";


-- # function with an SQL body, rebuilt around a column

-- up

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
AS 'begin end';
CREATE OR REPLACE PROCEDURE public.p(IN n integer)
 LANGUAGE plpgsql
AS 'begin end';

alter table "t" alter column "name" type varchar(30);

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS text
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT t.name
    FROM t
   WHERE (t.id = f.n);
END;
CREATE OR REPLACE PROCEDURE public.p(IN n integer)
 LANGUAGE sql
BEGIN ATOMIC
 DELETE FROM t
   WHERE ((t.name)::text = 'x'::text);
END;

-- down

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
AS 'begin end';
CREATE OR REPLACE PROCEDURE public.p(IN n integer)
 LANGUAGE plpgsql
AS 'begin end';

alter table "t" alter column "name" type varchar(20);

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS text
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT t.name
    FROM t
   WHERE (t.id = f.n);
END;
CREATE OR REPLACE PROCEDURE public.p(IN n integer)
 LANGUAGE sql
BEGIN ATOMIC
 DELETE FROM t
   WHERE ((t.name)::text = 'x'::text);
END;


-- # function body changed

-- up

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS integer
 LANGUAGE sql
 STRICT
AS $function$select 2$function$;

-- down

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;


-- # function result and parameters changed

-- up

drop view "v";
drop function "f"(integer);

CREATE OR REPLACE FUNCTION public.f(m integer)
 RETURNS bigint
 LANGUAGE sql
AS $function$select 1$function$;
create view v as
 SELECT (f(1))::text AS f;

comment on function f(integer) is 'f';

-- down

drop view "v";
drop function "f"(integer);

CREATE OR REPLACE FUNCTION public.f(n integer)
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;
create view v as
 SELECT (f(1))::text AS f;

comment on function f(integer) is 'f';


-- # view options changed

-- up

alter view v reset (security_invoker);

alter view v set (security_barrier = true);

-- down

alter view v reset (security_barrier);

alter view v set (security_invoker = true);


-- # view columns changed

-- up

drop view "w";
drop view "v";

create view v as
 SELECT id
   FROM t;
create view w as
 SELECT id
   FROM v;

comment on view w is 'w';

-- down

drop view "w";
drop view "v";

create view v as
 SELECT id,
    name
   FROM t;
create view w as
 SELECT id
   FROM v;

comment on view w is 'w';


-- # index of a materialized view changed

-- up

drop index m_i;

create index m_i on m using btree (name);

-- down

drop index m_i;

create index m_i on m using btree (id);


-- # rule changed

-- up

drop rule "r" on "t";

CREATE RULE r AS
    ON DELETE TO public.t
   WHERE (old.id > 3) DO INSTEAD NOTHING;

-- down

drop rule "r" on "t";

CREATE RULE r AS
    ON DELETE TO public.t DO INSTEAD NOTHING;


-- # policy changed

-- up

drop policy "p" on "t";

create policy p on t as restrictive for select to pg_monitor using ((id > 0));

-- down

drop policy "p" on "t";

create policy p on t as permissive for all to public using ((id > 0));


-- # trigger changed

-- up

drop trigger "g" on "t";

CREATE TRIGGER g BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW WHEN (((new.name)::text <> ''::text)) EXECUTE FUNCTION f();

-- down

drop trigger "g" on "t";

CREATE TRIGGER g BEFORE INSERT ON public.t FOR EACH ROW WHEN (((new.name)::text <> ''::text)) EXECUTE FUNCTION f();


-- # aggregate changed

-- up

drop aggregate "a"(integer);

create aggregate a(integer) (sfunc = int4pl, stype = integer, initcond = '3');

-- down

drop aggregate "a"(integer);

create aggregate a(integer) (sfunc = int4pl, stype = integer);


-- # domain changed

-- up

alter domain "d" drop constraint d_check;
alter domain "d" set not null;
alter domain "d" add constraint d_check CHECK ((VALUE > 1));

-- down

alter domain "d" drop constraint d_check;
alter domain "d" drop not null;
alter domain "d" add constraint d_check CHECK ((VALUE > 0));


-- # composite type changed

-- up

drop type "c";

create type c as (a integer, b text);

-- down

drop type "c";

create type c as (a integer);


-- # range changed

-- up

drop type "r";

create type r as range (subtype = bigint, multirange_type_name = r_multirange);

-- down

drop type "r";

create type r as range (subtype = integer, multirange_type_name = r_multirange);


-- # collation changed

-- up

drop collation "c";

create collation c (provider = icu, locale = 'sv');

-- down

drop collation "c";

create collation c (provider = icu, locale = 'de');


-- # statistics changed

-- up

drop statistics "s";

create statistics public.s (mcv) on body, id from t;

-- down

drop statistics "s";

create statistics public.s on id, name from t;


-- # sequence changed

-- up

alter sequence s as bigint increment 3 minvalue 1 maxvalue 9223372036854775807 start 1 cache 5;

-- down

alter sequence s as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;


-- # publication changed

-- up

drop publication "p";

create publication p for table t (id) where ((id > 1)) with (publish = 'insert, update, delete, truncate');

-- down

drop publication "p";

create publication p for table t with (publish = 'insert, update, delete, truncate');


-- # foreign server changed

-- up

drop server "s";

create server s version '2' foreign data wrapper w;

-- down

drop server "s";

create server s foreign data wrapper w;


-- # bound of a partition changed

-- up

drop table "p_2";

create table "p_2" partition of "p" for values from ('2022-01-01') to ('2023-01-01');

-- down

drop table "p_2";

create table "p_2" partition of "p" default;


-- # privileges changed

-- up

revoke select (id) on t from pg_monitor;
revoke select on table t from public;

grant insert on table t to public;
grant select (name) on t to pg_monitor;

-- down

revoke select (name) on t from pg_monitor;
revoke insert on table t from public;

grant select on table t to public;
grant select (id) on t to pg_monitor;


-- # comments changed

-- up

comment on column "t"."id" is 'b';
comment on table "t" is 'b';
comment on constraint "t_pkey" on "t" is 'b';

-- down

comment on column "t"."id" is 'a';
comment on table "t" is 'a';
comment on constraint "t_pkey" on "t" is 'a';


-- # schema with a comment

-- up

create schema "s";

grant create on schema public to pg_monitor;

comment on schema "s" is 'a schema';

-- down

revoke create on schema public from pg_monitor;

drop schema "s";


-- # new tables that use new objects of other kinds

-- up

create extension citext;
create collation c (provider = libc, lc_collate = 'C', lc_ctype = 'C');
create sequence n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create type y as (a integer);
CREATE OR REPLACE FUNCTION public.low()
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;
CREATE OR REPLACE FUNCTION public.ok(integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$select $1 > 0$function$;
create domain d as integer default low() constraint d_check CHECK (ok(VALUE));

create table "a" (
  "id" int null default low(),
  "d" d null,
  "y" y null,
  "c" text collate c null,
  "i" citext null,
  "n" int null default nextval('n'::regclass)
);
alter table "a" add constraint "a_id_check" check (ok(id));
create index "a_ok" on "a" (ok(id));

CREATE OR REPLACE FUNCTION public.titles()
 RETURNS SETOF a
 LANGUAGE sql
AS $function$select * from a$function$;

alter extension citext update to '1.8';

-- down

drop function "titles"();

drop table "a";

drop domain "d";
drop function "ok"(integer);
drop function "low"();
drop type "y";
drop sequence "n";
drop collation "c";
drop extension "citext";


-- # new columns that use new objects of other kinds

-- up

create domain d as integer;
CREATE OR REPLACE FUNCTION public.low()
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;

alter table "t"
  add column "low" int null default low(),
  add column "d" d null;

-- down

alter table "t"
  drop column "low",
  drop column "d";

drop function "low"();
drop domain "d";


-- # fewer values of an enum that other objects use

-- up

CREATE OR REPLACE FUNCTION public.f(x s)
 RETURNS d
 LANGUAGE plpgsql
 IMMUTABLE
AS 'begin end';

drop policy "p" on "e";
drop trigger "g" on "e";
drop view "one";
drop view "v";
drop function "many"(s[]);
drop function "f"(s);

alter type "s" rename to "s__old";
create type "s" as enum ('c', 'a');
alter domain "d" rename to "d__old";
create domain d as s default 'a'::s constraint d_check CHECK ((VALUE <> 'c'::s));
alter domain "dd" rename to "dd__old";
create domain dd as d default 'a'::s;
alter table "e" alter column "s" drop default;
alter table "e" alter column "s" type s using ("s"::text::s);
alter table "e" alter column "s" set default 'a';
alter table "e" alter column "d" type d using ("d"::text::d);
alter table "e" alter column "dd" type dd[] using ("dd"::text[]::dd[]);
drop domain "dd__old";
drop domain "d__old";
drop type "s__old";

CREATE OR REPLACE FUNCTION public.f(x s)
 RETURNS d
 LANGUAGE sql
 IMMUTABLE
BEGIN ATOMIC
 SELECT (x)::d AS x;
END;
CREATE OR REPLACE FUNCTION public.many(x s[])
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;
create view v as
 SELECT id,
    f(s) AS f
   FROM e;
create view one as
 SELECT 1 AS one
  WHERE ('a'::s < 'c'::s);
CREATE TRIGGER g BEFORE UPDATE OF s ON public.e FOR EACH ROW WHEN ((new.s = 'a'::s)) EXECUTE FUNCTION suppress_redundant_updates_trigger();
create policy p on e as permissive for all to public using (('a'::s <> 'c'::s));

comment on domain d is 'letter';
comment on function f(s) is 'same';
revoke execute on function many(s[]) from public;

-- down

CREATE OR REPLACE FUNCTION public.f(x s)
 RETURNS d
 LANGUAGE plpgsql
 IMMUTABLE
AS 'begin end';

drop policy "p" on "e";
drop trigger "g" on "e";
drop view "one";
drop view "v";
drop function "many"(s[]);
drop function "f"(s);

alter type "s" rename to "s__old";
create type "s" as enum ('a', 'b', 'c');
alter domain "d" rename to "d__old";
create domain d as s default 'a'::s constraint d_check CHECK ((VALUE <> 'c'::s));
alter domain "dd" rename to "dd__old";
create domain dd as d default 'a'::s;
alter table "e" alter column "s" drop default;
alter table "e" alter column "s" type s using ("s"::text::s);
alter table "e" alter column "s" set default 'a';
alter table "e" alter column "d" type d using ("d"::text::d);
alter table "e" alter column "dd" type dd[] using ("dd"::text[]::dd[]);
drop domain "dd__old";
drop domain "d__old";
drop type "s__old";

CREATE OR REPLACE FUNCTION public.f(x s)
 RETURNS d
 LANGUAGE sql
 IMMUTABLE
BEGIN ATOMIC
 SELECT (x)::d AS x;
END;
CREATE OR REPLACE FUNCTION public.many(x s[])
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;
create view v as
 SELECT id,
    f(s) AS f
   FROM e;
create view one as
 SELECT 1 AS one
  WHERE ('a'::s < 'c'::s);
CREATE TRIGGER g BEFORE UPDATE OF s ON public.e FOR EACH ROW WHEN ((new.s = 'a'::s)) EXECUTE FUNCTION suppress_redundant_updates_trigger();
create policy p on e as permissive for all to public using (('a'::s <> 'c'::s));

comment on domain d is 'letter';
comment on function f(s) is 'same';
revoke execute on function many(s[]) from public;


-- # function over the rows of a view, rebuilt around a column

-- up

drop view "w";
drop function "rows"();
drop view "v";

alter table "t" alter column "name" type varchar(30);

create view v as
 SELECT id,
    name
   FROM t;
CREATE OR REPLACE FUNCTION public.rows()
 RETURNS SETOF v
 LANGUAGE sql
AS $function$select * from v$function$;
create view w as
 SELECT name
   FROM rows() rows(id, name);

comment on function rows() is 'all';

-- down

drop view "w";
drop function "rows"();
drop view "v";

alter table "t" alter column "name" type varchar(20);

create view v as
 SELECT id,
    name
   FROM t;
CREATE OR REPLACE FUNCTION public.rows()
 RETURNS SETOF v
 LANGUAGE sql
AS $function$select * from v$function$;
create view w as
 SELECT name
   FROM rows() rows(id, name);

comment on function rows() is 'all';


-- # index whose keys have statistics targets, rebuilt around a column

-- up

alter table "t" alter column "name" type varchar(30);

alter index x alter column 2 set statistics 77;

-- down

alter table "t" alter column "name" type varchar(20);

alter index x alter column 2 set statistics 77;


-- # objects that are older than default privileges, rebuilt around a column

-- up

alter default privileges revoke select on tables from pg_monitor;

drop view "v";

alter table "t" alter column "name" type varchar(30);

create view v as
 SELECT name
   FROM t;

alter default privileges grant select on tables to pg_monitor;

-- down

alter default privileges revoke select on tables from pg_monitor;

drop view "v";

alter table "t" alter column "name" type varchar(20);

create view v as
 SELECT name
   FROM t;

alter default privileges grant select on tables to pg_monitor;


-- # table and function dropped that are older than default privileges

-- up

drop table "old";

drop function "f"();

-- down

alter default privileges revoke select on tables from pg_monitor;
alter default privileges in schema public revoke execute on functions from pg_monitor;

create table "old" (
  "id" int null
);

CREATE OR REPLACE FUNCTION public.f()
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;

alter default privileges grant select on tables to pg_monitor;
alter default privileges in schema public grant execute on functions to pg_monitor;


-- # column that tables inherit, under their views, policies and indexes

-- up

drop policy "q" on "c";
drop view "w";
drop view "v";

alter table "p" alter column "name" type varchar(30);

create view v as
 SELECT name
   FROM d;
create view w as
 SELECT name
   FROM v;
create policy q on c as permissive for all to public using (((name)::text <> ''::text));

-- down

drop policy "q" on "c";
drop view "w";
drop view "v";

alter table "p" alter column "name" type varchar(20);

create view v as
 SELECT name
   FROM d;
create view w as
 SELECT name
   FROM v;
create policy q on c as permissive for all to public using (((name)::text <> ''::text));


-- # column of a partitioned table, under objects of its partitions

-- up

drop policy "o" on "q";
drop view "v";

alter table "p" alter column "name" type varchar(30);

create view v as
 SELECT name
   FROM r;
create policy o on q as permissive for all to public using (((name)::text <> ''::text));

-- down

drop policy "o" on "q";
drop view "v";

alter table "p" alter column "name" type varchar(20);

create view v as
 SELECT name
   FROM r;
create policy o on q as permissive for all to public using (((name)::text <> ''::text));


-- # table that becomes a view while others depend on it

-- up

CREATE OR REPLACE FUNCTION public.f()
 RETURNS bigint
 LANGUAGE plpgsql
AS 'begin end';

drop view "ww";
drop view "w";
drop function "g"(source);

drop table "source";

create view source as
 SELECT id,
    n
   FROM t;
CREATE OR REPLACE FUNCTION public.f()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT count(*) AS count
    FROM source;
END;
CREATE OR REPLACE FUNCTION public.g(source)
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;
create view w as
 SELECT id
   FROM source;
create view ww as
 SELECT id
   FROM w;

-- down

CREATE OR REPLACE FUNCTION public.f()
 RETURNS bigint
 LANGUAGE plpgsql
AS 'begin end';

drop view "ww";
drop view "w";
drop function "g"(source);
drop view "source";

create table "source" (
  "id" int null,
  "n" int null
);

CREATE OR REPLACE FUNCTION public.f()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT count(*) AS count
    FROM source;
END;
CREATE OR REPLACE FUNCTION public.g(source)
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;
create view w as
 SELECT id
   FROM source;
create view ww as
 SELECT id
   FROM w;


-- # tables that reference each other and become unlogged

-- up

alter table "a" drop constraint "a_b_fkey";
alter table "b" drop constraint "b_a_fkey";

alter table c set unlogged;
alter table b set unlogged;
alter table a set unlogged;

alter table "a" add constraint "a_b_fkey"
  foreign key ("b") references "b" ("id");
alter table "b" add constraint "b_a_fkey"
  foreign key ("a") references "a" ("id");

-- down

alter table "a" drop constraint "a_b_fkey";
alter table "b" drop constraint "b_a_fkey";

alter table a set logged;
alter table b set logged;
alter table c set logged;

alter table "a" add constraint "a_b_fkey"
  foreign key ("b") references "b" ("id");
alter table "b" add constraint "b_a_fkey"
  foreign key ("a") references "a" ("id");


-- # chain of tables that become unlogged

-- up

alter table b set unlogged;
alter table a set unlogged;

-- down

alter table a set logged;
alter table b set logged;


-- # sequences that begin to belong to columns

-- up

alter sequence free owned by u.id;
alter sequence s owned by t.id;

-- down

alter sequence free owned by none;
alter sequence s owned by none;


-- # foreign key over periods of time

-- up

alter table "stay" add constraint "stay_room"
  foreign key ("room", period "at") references "room" ("id", period "at");

-- down

alter table "stay" drop constraint "stay_room";


-- # domain with checks that were never validated

-- up

create domain d as integer not null default 5 constraint low CHECK ((VALUE > 0));
alter domain "d" add constraint high CHECK ((VALUE < 100)) NOT VALID;

alter table "t" add column "d" d null;

-- down

alter table "t" drop column "d";

drop domain "d";


-- # column with the index that is the replica identity of its table

-- up

alter table t replica identity default;

alter table "t" drop column "a";

-- down

alter table "t" add column "a" int not null;

create unique index "x" on "t" ("a");

alter table t replica identity using index x;


-- # checks, default and nullability of a domain that columns use

-- up

alter domain "d" drop constraint low;
alter domain "d" set default 3;
alter domain "d" set not null;
alter domain "d" add constraint "not null" CHECK ((VALUE > 1));

-- down

alter domain "d" drop constraint "not null";
alter domain "d" drop default;
alter domain "d" drop not null;
alter domain "d" add constraint low CHECK ((VALUE > 0));


-- # function whose text names a new view, under a policy and another view

-- up

create view z as
 SELECT id
   FROM t;
CREATE OR REPLACE FUNCTION public.f()
 RETURNS boolean
 LANGUAGE sql
AS $function$select exists (select from z)$function$;
create view a as
 SELECT f() AS f;
create policy p on t as permissive for all to public using (f());

-- down

drop policy "p" on "t";
drop view "a";
drop view "z";

drop function "f"();


-- # table that leaves its parent with nothing that it inherited

-- up

alter table "c" no inherit "p";

alter table "c"
  drop column "id",
  drop column "a",
  drop column "n";

-- down

alter table "c"
  add column "id" int not null default nextval('p_id_seq'::regclass),
  add column "a" varchar(9) null default 'x',
  add column "n" int null;

alter table "c" add constraint "low" check (n > 0);

alter table "c" inherit "p";

comment on column "c"."a" is 'kept';
comment on constraint "low" on "c" is 'kept';


-- # table that leaves one of two parents

-- up

alter table "c" no inherit "q";

alter table "c" drop column "b";

alter table "c" add column "extra" int null;

-- down

alter table "c" drop column "extra";

alter table "c" add column "b" int null;

alter table "c" add constraint "b" check (b > 0);

alter table "c" inherit "q";


-- # new child whose columns differ from those of its parent

-- up

create table "c" () inherits ("p");
alter table "c" alter column "id" drop default;
alter table "c" alter column "a" set default 'y';
alter table "c" alter column "a" set not null;

-- down

drop table "c";


-- # new column that differs in a child

-- up

alter table "p" add column "a" int null default 1;

alter table "c" alter column "a" set default 5;
alter table "c" alter column "a" set not null;

-- down

alter table "p" drop column "a";


-- # default of a column that a child does not share

-- up

alter table "c" alter column "a" set default 'y';
alter table "p" alter column "a" drop default;
alter table "p" alter column "a" type text;
alter table "p" alter column "a" set default 'z';

alter table "c" alter column "a" set default 'y';

-- down

alter table "c" alter column "a" set default 'y';
alter table "p" alter column "a" drop default;
alter table "p" alter column "a" type varchar(9);
alter table "p" alter column "a" set default 'x';

alter table "c" alter column "a" set default 'y';


-- # collation of a column that tables inherit, with the storage of each

-- up

alter table "p" alter column "a" type text collate "C";

alter table only c alter column a set compression pglz;
alter table only c alter column a set storage external;
alter table only p alter column a set storage main;

-- down

alter table "p" alter column "a" type text;

alter table only c alter column a set compression pglz;
alter table only c alter column a set storage external;
alter table only p alter column a set storage main;


-- # comment of an inherited check that changes

-- up

alter table "p" drop constraint "low";

alter table "p" add constraint "low" check (n > 1);

comment on constraint "low" on "c" is 'low';

-- down

alter table "p" drop constraint "low";

alter table "p" add constraint "low" check (n > 0);


-- # check of a child that its parent begins to have

-- up

alter table "c" drop constraint "low";

alter table "p" add constraint "low" check (n > 0);

comment on constraint "low" on "c" is 'low';

-- down

alter table "p" drop constraint "low";

alter table "c" add constraint "low" check (n > 0);

comment on constraint "low" on "c" is 'low';


-- # type of a column that a child declares too

-- up

alter table "p" alter column "a" drop default;
alter table "p" alter column "a" type varchar(19);
alter table "p" alter column "a" set default 'x';

-- down

alter table "p" alter column "a" drop default;
alter table "p" alter column "a" type varchar(9);
alter table "p" alter column "a" set default 'x';


-- # values of an enum whose column a child inherits, with another default

-- up

alter type "e" rename to "e__old";
create type "e" as enum ('a', 'b');
alter table "c" alter column "own" drop default;
alter table "c" alter column "own" type e using ("own"::text::e);
alter table "c" alter column "own" set default 'b';
alter table only "c" alter column "e" drop default;
alter table only "p" alter column "e" drop default;
alter table only "p" alter column "es" drop default;
alter table "p" alter column "e" type e using ("e"::text::e);
alter table "p" alter column "es" type e[] using ("es"::text[]::e[]);
alter table only "c" alter column "e" set default 'b';
alter table only "p" alter column "e" set default 'a';
alter table only "p" alter column "es" set default '{a}';
drop type "e__old";

-- down

alter type "e" add value 'c';


-- # sequence of a column inside the expression of its default

-- up

create sequence s as bigint increment 5 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "t" alter column "n" set default (nextval('s'::regclass) + 1);

comment on sequence s is 'numbers';
alter sequence s owned by t.n;
grant usage on sequence s to public;

-- down

alter table "t" alter column "n" drop default;

drop sequence "s";


-- # new tables with sequences that serial would not create

-- up

create sequence a_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence a_number as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence a_code as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence b_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence a_m as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence old_id_seq as integer increment 1 minvalue 1 maxvalue 2147483647 start 1 cache 1;

create table "a" (
  "id" int primary key,
  "n" int null default nextval('a_n'::regclass),
  "m" int not null default nextval('a_m'::regclass),
  "number" text null default ('INV-'::text || nextval('a_number'::regclass)),
  "code" numeric null default nextval('a_code'::regclass)
);

create table "b" (
  "n" int null default (nextval('b_n'::regclass) * 2)
);
alter table b set unlogged;

create table "new" (
  "id" int not null default nextval('old_id_seq'::regclass),
  "n" int not null generated always as identity (sequence name "old_n_seq"),
  constraint "old_pkey" primary key ("id")
);
alter sequence old_n_seq increment by 3;

create table "other" (
  "id" int not null generated always as identity (sequence name "numbers")
);

comment on sequence a_m is 'named';
alter sequence a_code owned by a.code;
alter sequence a_n owned by a.n;
alter sequence a_number owned by a.number;
alter sequence b_n owned by b.n;
alter sequence a_m owned by a.m;
alter sequence old_id_seq owned by new.id;

-- down

alter sequence a_code owned by none;
alter sequence a_n owned by none;
alter sequence a_number owned by none;
alter sequence b_n owned by none;

drop table "other";
drop table "new";
drop table "b";
drop table "a";

drop sequence "b_n";
drop sequence "a_code";
drop sequence "a_number";
drop sequence "a_n";


-- # new columns with sequences that serial would not create

-- up

create sequence a_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence a_m as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "a"
  add column "n" int null default (nextval('a_n'::regclass) - 1),
  add column "m" int not null default nextval('a_m'::regclass),
  add column "i" int not null generated always as identity (sequence name "a_i");

alter sequence a_n owned by a.n;
alter sequence a_m owned by a.m;

-- down

alter sequence a_n owned by none;

alter table "a"
  drop column "n",
  drop column "m",
  drop column "i";

drop sequence "a_n";


-- # new tables whose defaults use the sequences of other columns

-- up

create sequence s as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

create table "a" (
  "n" int null,
  "m" int null,
  "o" text null default nextval('s'::regclass)
);

create table "t" (
  "id" serial primary key,
  "i" int not null generated always as identity,
  "n" int null default nextval('s'::regclass),
  "m" int null
);

alter table "a" alter column "n" set default nextval('t_id_seq'::regclass);
alter table "a" alter column "m" set default (nextval('t_i_seq'::regclass) + 1);
alter table "t" alter column "m" set default nextval('t_id_seq'::regclass);

alter sequence s owned by t.n;

-- down

alter sequence s owned by none;

alter table "a" alter column "n" drop default;
alter table "a" alter column "m" drop default;
alter table "t" alter column "m" drop default;

drop table "t";
drop table "a";

drop sequence "s";


-- # existing tables whose defaults use the sequences of a new table

-- up

create sequence s as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "a" alter column "o" set default (nextval('s'::regclass) + 1);

create table "t" (
  "id" serial primary key,
  "i" int not null generated always as identity,
  "n" int null
);

alter table "a" alter column "n" set default nextval('t_id_seq'::regclass);
alter table "a" alter column "m" set default (nextval('t_i_seq'::regclass) + 1);

alter sequence s owned by t.n;

-- down

alter sequence s owned by none;

alter table "a" alter column "n" drop default;
alter table "a" alter column "m" drop default;

drop table "t";

alter table "a" alter column "o" drop default;

drop sequence "s";


-- # column whose sequence a default of another table keeps

-- up

alter sequence s owned by none;

alter table "t" drop column "n";

-- down

alter table "t" add column "n" int null;

alter sequence s owned by t.n;


-- # serial column whose sequence a default of another table keeps

-- up

revoke usage on sequence t_n_seq from public;
alter sequence t_n_seq owned by none;

alter table "t" drop column "n";

-- down

alter table "t" add column "n" int not null default nextval('t_n_seq'::regclass);

grant usage on sequence t_n_seq to public;
alter sequence t_n_seq owned by t.n;


-- # table and its sequence, which the default of another table used

-- up

alter sequence s owned by none;

drop table "t";

alter table "u" alter column "n" drop default;

drop sequence "s";

-- down

create sequence s as bigint increment 5 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "u" alter column "n" set default (nextval('s'::regclass) + 1);

create table "t" (
  "id" int primary key,
  "n" int null default nextval('s'::regclass),
  "m" int null
);

comment on sequence s is 'numbers';
alter sequence s owned by t.n;
grant usage on sequence s to public;


-- # identity that becomes serial while a default uses its sequence

-- up

alter table "t" alter column "n" drop default;
alter table "u" alter column "n" drop default;

alter table "t" alter column "id" drop identity;
create sequence "t_id_seq" as int owned by "t"."id";
select setval('"t_id_seq"', coalesce(max("id"), 0) + 1, false) from "t";
alter table "t" alter column "id" set default nextval('"t_id_seq"');

alter table "t" alter column "n" set default nextval('t_id_seq'::regclass);
alter table "u" alter column "n" set default (nextval('t_id_seq'::regclass) + 1);

-- down

alter table "t" alter column "n" drop default;
alter table "u" alter column "n" drop default;

alter table "t" alter column "id" drop default;
drop sequence "t_id_seq";
alter table "t" alter column "id" add generated always as identity;
select setval(pg_get_serial_sequence('"t"', 'id'), coalesce(max("id"), 0) + 1, false) from "t";

alter table "t" alter column "n" set default nextval('t_id_seq'::regclass);
alter table "u" alter column "n" set default (nextval('t_id_seq'::regclass) + 1);


-- # sequence that moves to another column

-- up

alter sequence s owned by none;

alter table "u" alter column "n" set default nextval('s'::regclass);
alter table "u" alter column "n" set not null;

alter sequence s owned by u.n;

-- down

alter sequence s owned by none;

alter table "u" alter column "n" drop default;
alter table "u" alter column "n" drop not null;

alter sequence s owned by t.n;


-- # serial columns that exchange their sequences

-- up

alter sequence t_a_seq owned by none;
alter sequence t_b_seq owned by none;

alter table "t" alter column "a" set default nextval('t_b_seq'::regclass);
alter table "t" alter column "b" set default nextval('t_a_seq'::regclass);

alter sequence t_a_seq owned by t.b;
alter sequence t_b_seq owned by t.a;

-- down

alter sequence t_b_seq owned by none;
alter sequence t_a_seq owned by none;

alter table "t" alter column "a" set default nextval('t_a_seq'::regclass);
alter table "t" alter column "b" set default nextval('t_b_seq'::regclass);

alter sequence t_b_seq owned by t.b;
alter sequence t_a_seq owned by t.a;


-- # serial column whose default becomes an expression

-- up

alter table "t" alter column "n" set default (nextval('t_n_seq'::regclass) + 3);

-- down

alter table "t" alter column "n" set default nextval('t_n_seq'::regclass);


-- # type of a column whose default is an expression over its sequence

-- up

alter table "t" alter column "n" drop default;
alter table "t" alter column "n" type bigint;
alter table "t" alter column "n" set default (nextval('s'::regclass) + 2);

-- down

alter table "t" alter column "n" drop default;
alter table "t" alter column "n" type int;
alter table "t" alter column "n" set default (nextval('s'::regclass) + 2);


-- # column with two sequences of its own

-- up

create sequence s as bigint increment 5 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence r as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "t" alter column "n" set default (nextval('s'::regclass) + nextval('r'::regclass));

alter sequence r owned by t.n;
comment on sequence s is 'numbers';
alter sequence s owned by t.n;
grant usage on sequence s to public;

-- down

alter table "t" alter column "n" drop default;

drop sequence "r";
drop sequence "s";


-- # sequences of columns of a child, a partition and a foreign table

-- up

drop table "q";

create sequence c_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence p_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence q_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
create sequence f_n as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "c" alter column "n" set default nextval('c_n'::regclass);
alter table "p" alter column "n" set default (nextval('p_n'::regclass) + 1);

create table "q" partition of "p" for values in (2);

create foreign table f (id integer, n integer) server x;

alter table q alter column n set default (nextval('q_n'::regclass) + 2);
alter sequence c_n owned by c.n;
alter sequence f_n owned by f.n;
alter sequence p_n owned by p.n;
alter sequence q_n owned by q.n;

-- down

alter table q alter column n set default (nextval('p_n'::regclass) + 1);
alter sequence f_n owned by none;
alter sequence q_n owned by none;

drop foreign table "f";

drop table "q";

alter table "c" alter column "n" drop default;
alter table "p" alter column "n" drop default;

create table "q" partition of "p" for values in (1);

drop sequence "f_n";
drop sequence "q_n";
drop sequence "p_n";
drop sequence "c_n";


-- # partition that is created again while it owns a sequence

-- up

alter sequence s owned by none;

drop table "q";

create table "q" partition of "p" for values in (2);

alter table q alter column n set default (nextval('s'::regclass) + 2);
alter sequence s owned by q.n;

-- down

alter sequence s owned by none;

drop table "q";

create table "q" partition of "p" for values in (1);

alter table q alter column n set default (nextval('s'::regclass) + 2);
alter sequence s owned by q.n;


-- # table with a sequence of its own that becomes unlogged

-- up

alter sequence s owned by none;

alter table t set unlogged;

alter sequence s owned by t.n;

-- down

alter sequence s owned by none;

alter table t set logged;

alter sequence s owned by t.n;


-- # sequence of a column that stays logged while its table becomes unlogged

-- up

alter sequence s owned by none;

alter table t set unlogged;

alter sequence s owned by t.n;

-- down

alter sequence s owned by none;

alter table t set logged;

alter sequence s owned by t.n;


-- # sequence whose bounds no longer contain its start, under a default

-- up

alter sequence s as bigint increment -1 minvalue -9 maxvalue -3 start -3 cache 1 no cycle restart;

-- down

alter sequence s as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1 cycle restart;


-- # views, functions and policies over the sequence of a column

-- up

create sequence s as bigint increment 5 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;
CREATE OR REPLACE FUNCTION public.f()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT nextval('s'::regclass) AS nextval;
END;

alter table "t" alter column "n" set default f();

create view v as
 SELECT nextval('s'::regclass) AS n;
create policy p on t as permissive for all to public using ((n < nextval('s'::regclass)));

comment on sequence s is 'numbers';
alter sequence s owned by t.n;
grant usage on sequence s to public;

-- down

CREATE OR REPLACE FUNCTION public.f()
 RETURNS bigint
 LANGUAGE plpgsql
AS 'begin end';

drop policy "p" on "t";
drop view "v";

alter table "t" alter column "n" drop default;

drop function "f"();
drop sequence "s";


-- # sequence of a column in another schema, with names that need quotes

-- up

create sequence "S"."Q.z" as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "S"."T x" alter column "N y" set default (nextval('"S"."Q.z"'::regclass) + 1);

comment on sequence "S"."Q.z" is 'quoted';
alter sequence "S"."Q.z" owned by "S"."T x"."N y";

-- down

alter table "S"."T x" alter column "N y" drop default;

drop sequence "S"."Q.z";


-- # privileges on a table that a role keeps on columns

-- up

revoke select on table t from public;
revoke select on table v from public;

grant select (id) on t to public;
grant select (id) on v to public;

-- down

grant select on table t to public;
grant select on table v to public;
