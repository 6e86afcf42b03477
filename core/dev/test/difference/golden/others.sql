-- # native enum

-- up

create type "shop_mood" as enum ('good', 'bad');

alter table "shop_thing" add column "mood" shop_mood not null default 'good';

-- down

alter table "shop_thing" drop column "mood";

drop type "shop_mood";


-- # native enum with more values

-- up

alter type "shop_mood" add value 'best' before 'good';
alter type "shop_mood" add value 'so so' before 'bad';
alter type "shop_mood" add value 'it''s';

-- down

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'bad');
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
drop type "shop_mood__old";


-- # native enum with a new value that is the default

-- up

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'bad', 'new');
alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
drop type "shop_mood__old";

alter table "shop_thing" alter column "mood" set default 'new';

-- down

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'bad');
alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
drop type "shop_mood__old";

alter table "shop_thing" alter column "mood" set default 'good';


-- # native enum with fewer values

-- up

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'bad');
alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
alter table "shop_thing" alter column "mood" set default 'good';
alter table "shop_thing" alter column "other" drop default;
alter table "shop_thing" alter column "other" type shop_mood using ("other"::text::shop_mood);
drop type "shop_mood__old";

-- down

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'so so', 'bad');
alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
alter table "shop_thing" alter column "mood" set default 'good';
alter table "shop_thing" alter column "other" type shop_mood using ("other"::text::shop_mood);
drop type "shop_mood__old";

alter table "shop_thing" alter column "other" set default 'so so';


-- # native enum with fewer values under checks and indexes

-- up

alter table "shop_thing" drop constraint "shop_thing_mood";
drop index "shop_thing_good";

alter table "shop_thing" drop column "upper";

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('bad', 'good');
alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
alter table "shop_thing" alter column "mood" set default 'good';
drop type "shop_mood__old";

alter table "shop_thing" add column "upper" boolean generated always as (mood = 'good'::shop_mood) stored not null;

alter table "shop_thing" add constraint "shop_thing_mood" check (mood <> 'bad'::shop_mood);
create index "shop_thing_upper_index" on "shop_thing" ("upper");
create index "shop_thing_good" on "shop_thing" (id) where (mood = 'good'::shop_mood);

-- down

alter table "shop_thing" drop constraint "shop_thing_mood";
drop index "shop_thing_good";

alter table "shop_thing" drop column "upper";

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'so so', 'bad');
alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
alter table "shop_thing" alter column "mood" set default 'good';
drop type "shop_mood__old";

alter table "shop_thing" add column "upper" boolean generated always as (mood = 'good'::shop_mood) stored not null;

alter table "shop_thing" add constraint "shop_thing_mood" check (mood <> 'bad'::shop_mood);
create index "shop_thing_upper_index" on "shop_thing" ("upper");
create index "shop_thing_good" on "shop_thing" (id) where (mood = 'good'::shop_mood);


-- # arrays of a native enum

-- up

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'bad');
alter table "shop_thing" alter column "moods" drop default;
alter table "shop_thing" alter column "moods" type shop_mood[] using ("moods"::text[]::shop_mood[]);
alter table "shop_thing" alter column "moods" set default '{good}';
drop type "shop_mood__old";

-- down

alter type "shop_mood" add value 'so so' before 'bad';


-- # text that becomes a native enum

-- up

create type "shop_mood" as enum ('good', 'bad');

alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
alter table "shop_thing" alter column "mood" set default 'good';

-- down

alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type varchar(255);
alter table "shop_thing" alter column "mood" set default 'good';

drop type "shop_mood";


-- # native enum with fewer values and a column that stops using it

-- up

alter table "shop_thing" alter column "other" drop default;
alter table "shop_thing" alter column "other" type text;
alter table "shop_thing" alter column "other" set default 'bad';

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good');
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
drop type "shop_mood__old";

-- down

alter type "shop_mood" rename to "shop_mood__old";
create type "shop_mood" as enum ('good', 'bad');
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
drop type "shop_mood__old";

alter table "shop_thing" alter column "other" drop default;
alter table "shop_thing" alter column "other" type shop_mood using ("other"::text::shop_mood);
alter table "shop_thing" alter column "other" set default 'bad';


-- # native enum under another name

-- up

create type "shop_temper" as enum ('good', 'bad');

alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_temper using ("mood"::text::shop_temper);
alter table "shop_thing" alter column "mood" set default 'good';

drop type "shop_mood";

-- down

create type "shop_mood" as enum ('good', 'bad');

alter table "shop_thing" alter column "mood" drop default;
alter table "shop_thing" alter column "mood" type shop_mood using ("mood"::text::shop_mood);
alter table "shop_thing" alter column "mood" set default 'good';

drop type "shop_temper";


-- # native enum dropped

-- up

alter table "shop_thing" drop column "mood";

drop type "shop_mood";

-- down

create type "shop_mood" as enum ('good', 'bad');

alter table "shop_thing" add column "mood" shop_mood not null;


-- # native enum in another schema

-- up

create schema "shop";

create type "shop"."mood" as enum ('good', 'bad');

create table "shop"."thing" (
  "id" serial primary key,
  "mood" shop.mood not null
);

-- down

drop table "shop"."thing";

drop type "shop"."mood";

drop schema "shop";


-- # table and column renamed under hand-written objects

-- up

alter table "shop_thing" rename to "shop_item";
alter table "shop_item" rename column "name" to "title";
alter table "shop_item" rename constraint "shop_thing_pkey" to "shop_item_pkey";

alter sequence shop_thing_id_seq as integer increment by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;

alter sequence "shop_thing_id_seq" rename to "shop_item_id_seq";

alter sequence shop_item_id_seq increment by 50;

-- down

alter sequence shop_item_id_seq as integer increment by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;

alter sequence "shop_item_id_seq" rename to "shop_thing_id_seq";

alter sequence shop_thing_id_seq increment by 50;

alter table "shop_item" rename constraint "shop_item_pkey" to "shop_thing_pkey";
alter table "shop_item" rename column "title" to "name";
alter table "shop_item" rename to "shop_thing";


-- # enum by check

-- up

alter table "shop_thing" drop constraint "shop_thing_kind_check";

alter table "shop_thing" add constraint "shop_thing_kind_check" check (kind in ('a', 'b', 'c'));

-- down

alter table "shop_thing" drop constraint "shop_thing_kind_check";

alter table "shop_thing" add constraint "shop_thing_kind_check" check (kind in ('a', 'b'));


-- # generated column

-- up

alter table "shop_thing" add column "twice" int generated always as (price * 2) stored not null;

-- down

alter table "shop_thing" drop column "twice";


-- # generated column with an index and a new expression

-- up

alter table "shop_thing" drop column "twice";

alter table "shop_thing" add column "twice" int generated always as (price * 3) stored not null;

create index "shop_thing_twice_index" on "shop_thing" ("twice");

-- down

alter table "shop_thing" drop column "twice";

alter table "shop_thing" add column "twice" int generated always as (price * 2) stored not null;

create index "shop_thing_twice_index" on "shop_thing" ("twice");


-- # generated column over a column whose type changes

-- up

alter table "shop_thing" drop column "twice";

alter table "shop_thing" alter column "price" type bigint;

alter table "shop_thing" add column "twice" bigint generated always as (price + 1) stored not null;

create index "shop_thing_twice_index" on "shop_thing" ("twice");

-- down

alter table "shop_thing" drop column "twice";

alter table "shop_thing" alter column "price" type int;

alter table "shop_thing" add column "twice" int generated always as (price + 1) stored not null;

create index "shop_thing_twice_index" on "shop_thing" ("twice");


-- # generated column that becomes a plain one

-- up

alter table "shop_thing" alter column "twice" drop expression;

-- down

alter table "shop_thing" drop column "twice";

alter table "shop_thing" add column "twice" int generated always as (price * 2) stored not null;


-- # plain column that becomes a generated one

-- up

alter table "shop_thing" drop column "twice";

alter table "shop_thing" add column "twice" int generated always as (price * 2) stored not null;

alter table "shop_thing" add constraint "shop_thing_twice_unique" unique ("twice");

-- down

alter table "shop_thing" alter column "twice" drop expression;


-- # generated column dropped with the column in its expression

-- up

alter table "shop_thing"
  drop column "twice",
  drop column "price";

-- down

alter table "shop_thing"
  add column "price" int not null,
  add column "twice" int generated always as (price * 2) stored not null;


-- # view

-- up

create view shop_shown as
 SELECT id,
    name
   FROM shop_thing
  WHERE (price > 0);

-- down

drop view "shop_shown";


-- # view changed

-- up

drop view "shop_shown";

create view shop_shown as
 SELECT id,
    upper((name)::text) AS name
   FROM shop_thing;

-- down

drop view "shop_shown";

create view shop_shown as
 SELECT id,
    name
   FROM shop_thing;


-- # view over a column whose type changes

-- up

drop view "shop_shown";

alter table "shop_thing" alter column "name" type text;

create view shop_shown as
 SELECT id,
    name
   FROM shop_thing;

-- down

drop view "shop_shown";

alter table "shop_thing" alter column "name" type varchar(64);

create view shop_shown as
 SELECT id,
    name
   FROM shop_thing;


-- # views over views

-- up

drop view "shop_a";
drop view "shop_b";

create view shop_c as
 SELECT id,
    lower((name)::text) AS name
   FROM shop_thing;
create view shop_b as
 SELECT id,
    name
   FROM shop_c;
create view shop_a as
 SELECT id,
    name
   FROM shop_b;

-- down

drop view "shop_a";
drop view "shop_b";
drop view "shop_c";

create view shop_b as
 SELECT id,
    name
   FROM shop_thing;
create view shop_a as
 SELECT id,
    name
   FROM shop_b;


-- # view that becomes materialized and table that becomes a view

-- up

drop view "shop_shown";

drop table "shop_other";

create materialized view shop_shown as
 SELECT id,
    name
   FROM shop_thing;
create view shop_other as
 SELECT id,
    name
   FROM shop_thing;

create unique index shop_shown_pkey on shop_shown using btree (id);

-- down

drop view "shop_other";
drop materialized view "shop_shown";

create table "shop_other" (
  "id" serial primary key
);

create view shop_shown as
 SELECT id,
    name
   FROM shop_thing;


-- # materialized view

-- up

create materialized view shop_shown as
 SELECT id,
    name
   FROM shop_thing;

create unique index shop_shown_pkey on shop_shown using btree (id);

-- down

drop materialized view "shop_shown";


-- # trigger

-- up

CREATE OR REPLACE FUNCTION public.shop_thing_shop_thing_lower_fn()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin new.name := lower(new.name); return new; end; $function$;
CREATE TRIGGER shop_thing_lower BEFORE INSERT OR UPDATE ON public.shop_thing FOR EACH ROW EXECUTE FUNCTION shop_thing_shop_thing_lower_fn();

-- down

drop trigger "shop_thing_lower" on "shop_thing";

drop function "shop_thing_shop_thing_lower_fn"();


-- # row security

-- up

alter table "shop_thing" enable row level security;
alter table "shop_thing" force row level security;

create policy mine on shop_thing as permissive for select to public using ((price > 0));

-- down

drop policy "mine" on "shop_thing";

alter table "shop_thing" no force row level security;
alter table "shop_thing" disable row level security;


-- # policy changed

-- up

drop policy "mine" on "shop_thing";

create policy mine on shop_thing as permissive for all to public using ((price > 1));

-- down

drop policy "mine" on "shop_thing";

create policy mine on shop_thing as permissive for all to public using ((price > 0));


-- # partitioned table

-- up

create table "shop_event" (
  "id" int not null,
  "at" timestamptz not null,
  "what" text not null,
  constraint "shop_event_pkey" primary key ("id", "at")
) partition by range (at);
create table "shop_event_2020" partition of "shop_event" for values from ('2020-01-01 00:00:00+00') to ('2021-01-01 00:00:00+00');

-- down

drop table "shop_event";


-- # another partition

-- up

create table "shop_event_rest" partition of "shop_event" default;

-- down

drop table "shop_event_rest";


-- # table renamed that has settings

-- up

alter table "shop_thing" rename to "shop_object";
alter table "shop_object" rename constraint "shop_thing_pkey" to "shop_object_pkey";

alter sequence shop_thing_id_seq as integer increment by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;

alter sequence "shop_thing_id_seq" rename to "shop_object_id_seq";

alter sequence shop_object_id_seq increment by 50;

-- down

alter sequence shop_object_id_seq as integer increment by 1 no minvalue no maxvalue start with 1 cache 1 no cycle;

alter sequence "shop_object_id_seq" rename to "shop_thing_id_seq";

alter sequence shop_thing_id_seq increment by 50;

alter table "shop_object" rename constraint "shop_object_pkey" to "shop_thing_pkey";
alter table "shop_object" rename to "shop_thing";


-- # column renamed that has settings

-- up

alter table "shop_thing" rename column "name" to "title";

-- down

alter table "shop_thing" rename column "title" to "name";


-- # table dropped that has settings

-- up

drop table "shop_thing";

-- down

create table "shop_thing" (
  "id" serial primary key,
  "name" varchar(64) not null,
  "price" int not null
);
alter sequence shop_thing_id_seq increment by 50;
grant select (name) on shop_thing to pg_monitor;
alter table only shop_thing alter column name set statistics 50;
alter table only shop_thing alter column name set storage external;
grant select on table shop_thing to public;
alter table shop_thing set (fillfactor = 70);
alter table shop_thing set unlogged;

CREATE RULE shop_r AS
    ON DELETE TO public.shop_thing DO INSTEAD NOTHING;

alter table shop_thing disable rule shop_r;


-- # column dropped that has settings

-- up

drop statistics "shop_s";

alter table "shop_thing" drop column "name";

-- down

alter table "shop_thing" add column "name" varchar(64) not null;

create statistics public.shop_s on name, price from shop_thing;

grant select (name) on shop_thing to pg_monitor;
alter table only shop_thing alter column name set statistics 50;
alter table only shop_thing alter column name set storage external;
comment on statistics public.shop_s is 'both';


-- # column dropped whose sequence another default uses

-- up

alter sequence shop_no owned by none;

alter table "shop_thing" drop column "price";

-- down

alter table "shop_thing" add column "price" int not null;

alter sequence shop_no owned by shop_thing.price;


-- # column dropped with a sequence that nothing else uses

-- up

alter sequence shop_no owned by none;

alter table "shop_thing" drop column "price";

drop sequence "shop_no";

-- down

create sequence shop_no as bigint increment 1 minvalue 1 maxvalue 9223372036854775807 start 1 cache 1;

alter table "shop_thing" add column "price" int not null default (nextval('shop_no'::regclass) + 1);

alter sequence shop_no owned by shop_thing.price;


-- # table and column renamed whose sequences another default uses

-- up

alter table "shop_thing" rename to "shop_item";
alter table "shop_item" rename column "price" to "cost";
alter table "shop_item" rename constraint "shop_thing_pkey" to "shop_item_pkey";

comment on sequence shop_thing_id_seq is null;

alter sequence "shop_thing_id_seq" rename to "shop_item_id_seq";

comment on sequence shop_item_id_seq is 'keys';

-- down

comment on sequence shop_item_id_seq is null;

alter sequence "shop_item_id_seq" rename to "shop_thing_id_seq";

comment on sequence shop_thing_id_seq is 'keys';

alter table "shop_item" rename constraint "shop_item_pkey" to "shop_thing_pkey";
alter table "shop_item" rename column "cost" to "price";
alter table "shop_item" rename to "shop_thing";


-- # key of a wider type whose sequence another default uses

-- up

alter table "shop_thing" alter column "id" type bigint;
alter sequence "shop_thing_id_seq" as bigint;

-- down

alter table "shop_thing" alter column "id" type int;
alter sequence "shop_thing_id_seq" as int;


-- # key whose default revisions have made an expression

-- up

alter table "shop_thing" alter column "id" set default nextval('shop_thing_id_seq'::regclass);

-- down

alter table "shop_thing" alter column "id" set default (nextval('shop_thing_id_seq'::regclass) + 1);


-- # key that becomes an identity whose sequence another default uses

-- up

comment on sequence shop_thing_id_seq is null;
alter table "shop_log" alter column "m" drop default;

alter table "shop_thing" alter column "id" drop default;
drop sequence "shop_thing_id_seq";
alter table "shop_thing" alter column "id" add generated always as identity;
select setval(pg_get_serial_sequence('"shop_thing"', 'id'), coalesce(max("id"), 0) + 1, false) from "shop_thing";

alter table "shop_log" alter column "m" set default nextval('shop_thing_id_seq'::regclass);

-- down

alter table "shop_log" alter column "m" drop default;

alter table "shop_thing" alter column "id" drop identity;
create sequence "shop_thing_id_seq" as int owned by "shop_thing"."id";
select setval('"shop_thing_id_seq"', coalesce(max("id"), 0) + 1, false) from "shop_thing";
alter table "shop_thing" alter column "id" set default nextval('"shop_thing_id_seq"');

comment on sequence shop_thing_id_seq is 'keys';
alter table "shop_log" alter column "m" set default nextval('shop_thing_id_seq'::regclass);
