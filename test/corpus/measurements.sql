-- plugin measurements
-- revision 0001_partitions
create table sensor (id int primary key, kind text not null, place point, settings jsonb not null default '{}');
create table reading (
  sensor_id int not null references sensor,
  taken_at timestamptz not null,
  value double precision,
  primary key (sensor_id, taken_at)
) partition by range (taken_at);
create table reading_2024 partition of reading for values from ('2024-01-01') to ('2025-01-01');
create table reading_2025 partition of reading for values from ('2025-01-01') to ('2026-01-01');
create table reading_rest partition of reading default;
create index on reading (taken_at);
-- down
drop table reading;
drop table sensor;
-- revision 0002_next_year
-- finds long-lock reading_rest
create table reading_2026 partition of reading for values from ('2026-01-01') to ('2027-01-01');
-- down
drop table reading_2026;
-- revision 0003_quality
alter table reading add column quality smallint;
alter table reading add constraint quality_range check (quality between 0 and 100) not valid;
-- down
alter table reading drop column quality;
-- revision 0004_quality_validated
alter table reading validate constraint quality_range;
-- down
alter table reading drop constraint quality_range;
alter table reading add constraint quality_range check (quality between 0 and 100) not valid;
-- revision 0005_index_quality
-- finds index-not-concurrent reading_quality_idx
create index on reading (quality);
-- down
drop index reading_quality_idx;
-- revision 0006_detach
-- finds long-lock reading_2024
alter table reading detach partition reading_2024;
-- down
alter table reading attach partition reading_2024 for values from ('2024-01-01') to ('2025-01-01');
-- revision 0007_drop_2024 breaking
-- breaking drops the table reading_2024
-- finds data-loss reading_2024
drop table reading_2024;
-- down
create table reading_2024 (
  sensor_id int not null,
  taken_at timestamptz not null,
  value double precision,
  quality smallint,
  constraint reading_2024_pkey primary key (sensor_id, taken_at),
  constraint quality_range check (quality between 0 and 100)
);
alter table reading_2024 add constraint reading_sensor_id_fkey foreign key (sensor_id) references sensor;
create index on reading_2024 (taken_at);
create index on reading_2024 (quality);
-- revision 0008_import
create table imported (sensor_id int not null, taken_at timestamptz not null, value double precision, quality smallint,
  constraint quality_range check (quality between 0 and 100));
insert into imported select sensor_id, taken_at, value, quality from reading where false;
-- down
drop table imported;
-- revision 0009_attach
-- finds long-lock imported
-- finds long-lock reading_rest
alter table reading attach partition imported for values from ('2020-01-01') to ('2021-01-01');
-- down
alter table reading detach partition imported;
alter table imported drop constraint imported_pkey, drop constraint reading_sensor_id_fkey;
drop index imported_taken_at_idx;
drop index imported_quality_idx;
-- revision 0010_hourly
create materialized view hourly as
  select sensor_id, date_trunc('hour', taken_at) as hour, avg(value) as value from reading group by 1, 2 with no data;
create unique index hourly_key on hourly (sensor_id, hour);
-- down
drop materialized view hourly;
-- revision 0011_daily_instead breaking
-- breaking drops the view hourly
drop materialized view hourly;
create materialized view daily as select sensor_id, taken_at::date as day, avg(value) as value from reading group by 1, 2;
create index on daily (day);
-- down
drop materialized view daily;
create materialized view hourly as
  select sensor_id, date_trunc('hour', taken_at) as hour, avg(value) as value from reading group by 1, 2 with no data;
create unique index hourly_key on hourly (sensor_id, hour);
-- revision 0012_units
create table unit (code text primary key, factor numeric not null);
insert into unit values ('C', 1), ('F', 0.5556);
-- finds long-lock sensor_unit_fkey
alter table sensor add column unit text references unit default 'C';
-- down
alter table sensor drop column unit;
drop table unit;
-- revision 0013_range_type
create type band as range (subtype = float8);
alter table sensor add column expected band;
-- finds index-not-concurrent sensor_expected
create index sensor_expected on sensor using gist (expected);
-- down
alter table sensor drop column expected;
drop type band;
-- revision 0014_exclusion
create extension if not exists btree_gist;
create table maintenance (sensor_id int not null references sensor, during tstzrange not null,
  exclude using gist (sensor_id with =, during with &&));
-- down
drop table maintenance;
drop extension btree_gist;
-- revision 0015_aggregate
create function add_squared(state float8, x float8) returns float8 immutable language sql as 'select state + x * x';
create aggregate sum_of_squares(float8) (sfunc = add_squared, stype = float8, initcond = '0');
-- down
drop aggregate sum_of_squares(float8);
drop function add_squared(float8, float8);
-- revision 0016_statistics
create statistics sensor_kind_unit on kind, unit from sensor;
alter table sensor alter column kind set statistics 500;
analyze sensor;
-- down
alter table sensor alter column kind set statistics -1;
drop statistics sensor_kind_unit;
-- revision 0017_storage
alter table sensor set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
-- finds table-rewrite maintenance
alter table maintenance set unlogged;
-- down
alter table maintenance set logged;
alter table sensor reset (fillfactor, autovacuum_vacuum_scale_factor);
-- revision 0018_settings breaking
-- breaking changes the type of sensor.kind from text to varchar(30)
-- finds narrower-type sensor.kind, table-rewrite sensor.kind
alter table sensor alter column kind type varchar(30);
-- down
alter table sensor alter column kind type text;
-- revision 0019_no_rest
-- finds data-loss reading_rest
delete from reading_rest;
-- down
select 1;
-- revision 0020_id_as_bigint
-- finds table-rewrite sensor.id
alter table sensor alter column id type bigint;
-- down
alter table sensor alter column id type int;
