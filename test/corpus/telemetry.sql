-- plugin telemetry
-- revision 0001_devices
create schema telemetry;
create type telemetry.device_kind as enum ('meter', 'valve', 'gateway');
create domain telemetry.serial_number as text collate "C" check (value ~ '^[0-9A-F]{8,16}$');
create domain telemetry.percent as real constraint percent_range check (value between 0 and 100);
create table telemetry.device (
  id int generated always as identity constraint device_pkey primary key,
  serial telemetry.serial_number not null constraint device_serial_key unique,
  kind telemetry.device_kind not null,
  firmware text,
  battery telemetry.percent,
  settings json,
  installed_on date
);
comment on schema telemetry is 'Devices and their readings.';
comment on domain telemetry.serial_number is 'As printed, without spaces.';
-- down
drop table telemetry.device;
drop domain telemetry.percent;
drop domain telemetry.serial_number;
drop type telemetry.device_kind;
drop schema telemetry;
-- revision 0002_readings
create table telemetry.reading (
  device_id int not null constraint reading_device_fkey references telemetry.device,
  at timestamptz not null,
  channel smallint not null default 0,
  value double precision not null,
  constraint reading_pkey primary key (device_id, channel, at)
) partition by range (at);
create table telemetry.reading_2023 partition of telemetry.reading for values from ('2023-01-01') to ('2024-01-01');
create table telemetry.reading_2024_q1 partition of telemetry.reading for values from ('2024-01-01') to ('2024-04-01');
create table telemetry.reading_2024_q2 partition of telemetry.reading for values from ('2024-04-01') to ('2024-07-01');
create table telemetry.reading_later partition of telemetry.reading default;
create index reading_at on telemetry.reading using brin (at) with (pages_per_range = 64);
comment on table telemetry.reading is 'Partitioned by time.';
comment on table telemetry.reading_later is 'Empty, if all goes well.';
-- down
drop table telemetry.reading;
-- revision 0003_by_channel
-- finds long-lock telemetry.reading_later
create table telemetry.reading_2024_q3 partition of telemetry.reading for values from ('2024-07-01') to ('2024-10-01') partition by list (channel);
create table telemetry.reading_2024_q3_main partition of telemetry.reading_2024_q3 for values in (0);
create table telemetry.reading_2024_q3_rest partition of telemetry.reading_2024_q3 default partition by hash (device_id);
create table telemetry.reading_2024_q3_rest_0 partition of telemetry.reading_2024_q3_rest for values with (modulus 2, remainder 0);
create table telemetry.reading_2024_q3_rest_1 partition of telemetry.reading_2024_q3_rest for values with (modulus 2, remainder 1);
alter table telemetry.reading_2024_q3_main set (fillfactor = 100, autovacuum_enabled = false);
comment on table telemetry.reading_2024_q3_rest is 'Three levels deep.';
-- down
drop table telemetry.reading_2024_q3;
-- revision 0004_settings_jsonb
-- finds table-rewrite telemetry.device.settings
alter table telemetry.device alter column settings type jsonb using settings::jsonb;
-- finds index-not-concurrent telemetry.device_settings
create index device_settings on telemetry.device using gin (settings jsonb_path_ops);
-- down
drop index telemetry.device_settings;
alter table telemetry.device alter column settings type json using settings::json;
-- revision 0005_quality
alter table telemetry.reading add column quality smallint;
alter table telemetry.reading add constraint reading_quality check (quality between 0 and 3) not valid;
comment on column telemetry.reading.quality is 'Three is best.';
-- down
alter table telemetry.reading drop column quality;
-- revision 0006_quality_checked
alter table telemetry.reading validate constraint reading_quality;
-- down
alter table telemetry.reading drop constraint reading_quality;
alter table telemetry.reading add constraint reading_quality check (quality between 0 and 3) not valid;
-- revision 0007_hourly
create materialized view telemetry.hourly as
  select device_id, channel, date_trunc('hour', at) as hour, avg(value) as mean, min(value) as low, max(value) as high, count(*) as n
  from telemetry.reading group by 1, 2, 3 with no data;
create unique index hourly_key on telemetry.hourly (device_id, channel, hour);
create index hourly_hour on telemetry.hourly using brin (hour);
comment on materialized view telemetry.hourly is 'For charts.';
comment on column telemetry.hourly.n is 'Sixty, if nothing was lost.';
grant select on telemetry.hourly to pg_read_all_stats;
-- down
drop materialized view telemetry.hourly;
-- revision 0008_hourly_filled
refresh materialized view telemetry.hourly;
-- down
refresh materialized view telemetry.hourly with no data;
-- revision 0009_hourly_as_table
alter materialized view telemetry.hourly rename to hourly_view;
create table telemetry.hourly (
  device_id int not null,
  channel smallint not null,
  hour timestamptz not null,
  mean double precision,
  low double precision,
  high double precision,
  n bigint not null default 0,
  constraint hourly_pkey primary key (device_id, channel, hour)
) partition by range (hour);
create table telemetry.hourly_old partition of telemetry.hourly for values from (minvalue) to ('2024-01-01');
create table telemetry.hourly_2024 partition of telemetry.hourly for values from ('2024-01-01') to ('2025-01-01');
insert into telemetry.hourly select device_id, channel, hour, mean, low, high, n from telemetry.hourly_view where hour < '2025-01-01';
drop materialized view telemetry.hourly_view;
grant select on telemetry.hourly to pg_read_all_stats;
-- down
drop table telemetry.hourly;
create materialized view telemetry.hourly as
  select device_id, channel, date_trunc('hour', at) as hour, avg(value) as mean, min(value) as low, max(value) as high, count(*) as n
  from telemetry.reading group by 1, 2, 3;
create unique index hourly_key on telemetry.hourly (device_id, channel, hour);
create index hourly_hour on telemetry.hourly using brin (hour);
comment on materialized view telemetry.hourly is 'For charts.';
comment on column telemetry.hourly.n is 'Sixty, if nothing was lost.';
grant select on telemetry.hourly to pg_read_all_stats;
-- revision 0010_roll_up
create function telemetry.roll_up() returns trigger language plpgsql as $$
begin
  insert into telemetry.hourly as h (device_id, channel, hour, mean, low, high, n)
    select device_id, channel, date_trunc('hour', at), avg(value), min(value), max(value), count(*) from added group by 1, 2, 3
  on conflict (device_id, channel, hour) do update set
    mean = (h.mean * h.n + excluded.mean * excluded.n) / (h.n + excluded.n),
    low = least(h.low, excluded.low), high = greatest(h.high, excluded.high), n = h.n + excluded.n;
  return null;
end
$$;
create trigger reading_roll_up after insert on telemetry.reading referencing new table as added
  for each statement execute function telemetry.roll_up();
comment on trigger reading_roll_up on telemetry.reading is 'Does not fire for partitions.';
alter function telemetry.roll_up() set work_mem = '32MB';
-- down
drop trigger reading_roll_up on telemetry.reading;
drop function telemetry.roll_up();
-- revision 0011_no_channel_default
alter table telemetry.hourly alter column n drop default;
alter table telemetry.hourly alter column n set default 0;
alter table telemetry.hourly_2024 alter column hour set statistics 300;
-- down
alter table telemetry.hourly_2024 alter column hour set statistics -1;
-- revision 0012_alarms
create table telemetry.alarm (
  id uuid default gen_random_uuid() constraint alarm_pkey primary key,
  device_id int not null references telemetry.device on delete cascade,
  raised_at timestamptz not null default now(),
  cleared_at timestamptz,
  level smallint not null default 1,
  message text not null
);
create index alarm_open on telemetry.alarm (device_id, level) where cleared_at is null;
alter table telemetry.alarm add constraint alarm_level check (level in (1, 2, 3));
create view telemetry.open_alarm with (security_invoker) as select * from telemetry.alarm where cleared_at is null;
create rule open_alarm_clear as on delete to telemetry.open_alarm do instead update telemetry.alarm set cleared_at = now() where id = old.id;
comment on rule open_alarm_clear on telemetry.open_alarm is 'Deleting clears.';
-- down
drop view telemetry.open_alarm;
drop table telemetry.alarm;
-- revision 0013_level_enum breaking
create type telemetry.alarm_level as enum ('info', 'warning', 'critical');
drop view telemetry.open_alarm;
drop index telemetry.alarm_open;
alter table telemetry.alarm drop constraint alarm_level, alter column level drop default;
-- breaking changes the type of telemetry.alarm.level from int2 to telemetry.alarm_level
-- finds table-rewrite telemetry.alarm.level
alter table telemetry.alarm alter column level type telemetry.alarm_level
  using (array['info', 'warning', 'critical'])[level]::telemetry.alarm_level;
alter table telemetry.alarm alter column level set default 'info';
-- finds index-not-concurrent telemetry.alarm_open
create index alarm_open on telemetry.alarm (device_id, level) where cleared_at is null;
create view telemetry.open_alarm with (security_invoker) as select * from telemetry.alarm where cleared_at is null;
create rule open_alarm_clear as on delete to telemetry.open_alarm do instead update telemetry.alarm set cleared_at = now() where id = old.id;
-- down
drop view telemetry.open_alarm;
drop index telemetry.alarm_open;
alter table telemetry.alarm alter column level drop default;
alter table telemetry.alarm alter column level type smallint using array_position(enum_range(null::telemetry.alarm_level), level)::smallint;
alter table telemetry.alarm alter column level set default 1;
alter table telemetry.alarm add constraint alarm_level check (level in (1, 2, 3));
drop type telemetry.alarm_level;
create index alarm_open on telemetry.alarm (device_id, level) where cleared_at is null;
create view telemetry.open_alarm with (security_invoker) as select * from telemetry.alarm where cleared_at is null;
create rule open_alarm_clear as on delete to telemetry.open_alarm do instead update telemetry.alarm set cleared_at = now() where id = old.id;
comment on rule open_alarm_clear on telemetry.open_alarm is 'Deleting clears.';
-- revision 0014_quarters
alter table telemetry.reading add constraint reading_not_future check (at < '2100-01-01') not valid;
create table telemetry.reading_2024_q4 (like telemetry.reading including all);
-- finds long-lock telemetry.reading_later
alter table telemetry.reading attach partition telemetry.reading_2024_q4 for values from ('2024-10-01') to ('2025-01-01');
-- down
drop table telemetry.reading_2024_q4;
alter table telemetry.reading drop constraint reading_not_future;
-- revision 0015_split_2023
-- finds long-lock telemetry.reading_2023
alter table telemetry.reading detach partition telemetry.reading_2023;
-- finds long-lock telemetry.reading_later
create table telemetry.reading_2023_h1 partition of telemetry.reading for values from ('2023-01-01') to ('2023-07-01');
-- finds long-lock telemetry.reading_later
create table telemetry.reading_2023_h2 partition of telemetry.reading for values from ('2023-07-01') to ('2024-01-01');
insert into telemetry.reading select device_id, at, channel, value, quality from telemetry.reading_2023;
-- down
delete from telemetry.reading where at < '2024-01-01';
alter table telemetry.reading detach partition telemetry.reading_2023_h1;
alter table telemetry.reading detach partition telemetry.reading_2023_h2;
drop table telemetry.reading_2023_h1, telemetry.reading_2023_h2;
alter table telemetry.reading attach partition telemetry.reading_2023 for values from ('2023-01-01') to ('2024-01-01');
-- revision 0016_groups
create table telemetry.device_group (
  id int generated by default as identity constraint device_group_pkey primary key,
  parent_id int constraint device_group_parent_fkey references telemetry.device_group on delete cascade,
  name text not null,
  constraint device_group_name unique nulls not distinct (parent_id, name)
);
alter table telemetry.device add column group_id int references telemetry.device_group on delete set null;
-- finds index-not-concurrent telemetry.device_group_index
create index device_group_index on telemetry.device (group_id);
create recursive view telemetry.group_path (id, path) as
  select g.id, g.name from telemetry.device_group g where g.parent_id is null
  union all select g.id, p.path || '/' || g.name from telemetry.device_group g join group_path p on p.id = g.parent_id;
comment on view telemetry.group_path is 'Like a folder.';
-- down
drop view telemetry.group_path;
alter table telemetry.device drop column group_id;
drop table telemetry.device_group;
-- revision 0017_aggregates
create function telemetry.last_of(state double precision, value double precision) returns double precision immutable language sql as 'select coalesce(value, state)';
create aggregate telemetry.last_value(double precision) (sfunc = telemetry.last_of, stype = double precision);
create aggregate telemetry.range_sum(real) (sfunc = float4pl, stype = real, initcond = '0', parallel = safe, combinefunc = float4pl);
comment on aggregate telemetry.last_value(double precision) is 'In the order of the query.';
grant execute on function telemetry.last_value(double precision) to public;
-- down
drop aggregate telemetry.range_sum(real);
drop aggregate telemetry.last_value(double precision);
drop function telemetry.last_of(double precision, double precision);
-- revision 0018_firmware
create sequence telemetry.rollout_id as smallint start 10 increment 10;
create table telemetry.rollout (
  id smallint default nextval('telemetry.rollout_id') constraint rollout_pkey primary key,
  version text not null collate "C",
  started_at timestamptz not null default now(),
  share telemetry.percent not null default 5
);
alter sequence telemetry.rollout_id owned by telemetry.rollout.id;
alter table telemetry.rollout add constraint rollout_version check (version ~ '^\d+\.\d+\.\d+$');
create unique index rollout_version_key on telemetry.rollout (version);
-- down
drop table telemetry.rollout;
-- revision 0019_rollout_key
alter table telemetry.rollout drop constraint rollout_pkey;
-- finds long-lock rollout_version_pkey
alter table telemetry.rollout add constraint rollout_version_pkey primary key (version);
drop index telemetry.rollout_version_key;
-- down
create unique index rollout_version_key on telemetry.rollout (version);
alter table telemetry.rollout drop constraint rollout_version_pkey;
alter table telemetry.rollout add constraint rollout_pkey primary key (id);
-- revision 0020_statistics
create statistics telemetry.device_kind_firmware (mcv, dependencies) on kind, firmware from telemetry.device;
create statistics telemetry.alarm_day on (date_trunc('day', raised_at at time zone 'UTC')), device_id from telemetry.alarm;
alter statistics telemetry.device_kind_firmware set statistics 500;
comment on statistics telemetry.device_kind_firmware is 'Valves have other firmware.';
-- down
drop statistics telemetry.alarm_day;
drop statistics telemetry.device_kind_firmware;
-- revision 0021_statistics_fewer
alter statistics telemetry.device_kind_firmware set statistics 100;
alter statistics telemetry.alarm_day rename to alarm_device_day;
alter table telemetry.device alter column serial set (n_distinct = -1);
-- down
alter table telemetry.device alter column serial reset (n_distinct);
alter statistics telemetry.alarm_device_day rename to alarm_day;
alter statistics telemetry.device_kind_firmware set statistics 500;
-- revision 0022_places
alter table telemetry.device add column place point;
alter table telemetry.device add column area box;
-- finds index-not-concurrent telemetry.device_place
create index device_place on telemetry.device using spgist (place);
-- finds long-lock device_one_place
alter table telemetry.device add constraint device_one_place exclude using gist (area with &&);
-- down
alter table telemetry.device drop constraint device_one_place;
drop index telemetry.device_place;
alter table telemetry.device drop column area, drop column place;
-- revision 0023_tenants
alter table telemetry.device add column tenant text not null default 'default';
alter table telemetry.device enable row level security;
create policy device_tenant on telemetry.device using (tenant = current_setting('telemetry.tenant', true)) with check (tenant = current_setting('telemetry.tenant', true));
create policy device_service on telemetry.device as permissive to pg_monitor using (true);
grant select on telemetry.device to pg_monitor;
comment on policy device_service on telemetry.device is 'Monitoring sees all.';
-- down
revoke select on telemetry.device from pg_monitor;
drop policy device_service on telemetry.device;
drop policy device_tenant on telemetry.device;
alter table telemetry.device disable row level security;
alter table telemetry.device drop column tenant;
-- revision 0024_alarm_key
-- finds table-rewrite telemetry.alarm.number
alter table telemetry.alarm add column number bigint generated by default as identity (increment by 2);
-- finds long-lock alarm_number_key
alter table telemetry.alarm add constraint alarm_number_key unique (number);
-- down
alter table telemetry.alarm drop column number;
-- revision 0025_alarm_number breaking
alter table telemetry.alarm alter column number set increment by 1 set start with 100;
alter table telemetry.alarm alter column number restart;
-- breaking makes telemetry.alarm.number generated always
alter table telemetry.alarm alter column number set generated always;
-- down
alter table telemetry.alarm alter column number set generated by default;
alter table telemetry.alarm alter column number set increment by 2 set start with 1;
-- revision 0026_copy_feed
create publication telemetry_readings for table telemetry.reading with (publish = 'insert', publish_via_partition_root = true);
create publication telemetry_devices for table telemetry.device (id, serial, kind) where (id > 100);
alter publication telemetry_readings set (publish = 'insert, truncate');
comment on publication telemetry_readings is 'Billing reads along.';
-- down
drop publication telemetry_devices;
drop publication telemetry_readings;
-- revision 0027_raw
create unlogged table telemetry.raw (received_at timestamptz not null default now(), topic text not null, payload bytea not null);
alter table telemetry.raw alter column payload set storage external;
create index raw_received on telemetry.raw using brin (received_at) with (autosummarize = on);
create collation telemetry.topic from "C";
alter table telemetry.raw alter column topic type text collate telemetry.topic;
revoke all on telemetry.raw from public;
-- down
drop table telemetry.raw;
drop collation telemetry.topic;
-- revision 0028_raw_payload_text breaking
-- breaking changes the type of telemetry.raw.payload from bytea to text
-- finds table-rewrite telemetry.raw.payload
alter table telemetry.raw alter column payload type text using convert_from(payload, 'UTF8');
-- finds table-rewrite telemetry.raw
alter table telemetry.raw set logged;
-- down
alter table telemetry.raw set unlogged;
alter table telemetry.raw alter column payload type bytea using convert_to(payload, 'UTF8');
alter table telemetry.raw alter column payload set storage external;
-- revision 0029_drop_old breaking
-- breaking drops the table telemetry.reading_2023
-- headwater-lint: allow data-loss: moved to reading_2023_h1 and reading_2023_h2 in 0015
drop table telemetry.reading_2023;
-- finds data-loss telemetry.reading_later
delete from telemetry.reading_later;
-- down
create table telemetry.reading_2023 (
  device_id int not null constraint reading_device_fkey references telemetry.device,
  at timestamptz not null,
  channel smallint not null default 0,
  value double precision not null,
  quality smallint,
  constraint reading_2023_pkey primary key (device_id, channel, at),
  constraint reading_quality check (quality between 0 and 3)
);
alter table telemetry.reading_2023 add constraint reading_not_future check (at < '2100-01-01') not valid;
create index reading_2023_at_idx on telemetry.reading_2023 using brin (at) with (pages_per_range = 64);

-- revision 0030_kinds
alter type telemetry.device_kind add value if not exists 'sensor' before 'gateway';
-- down
drop publication telemetry_devices;
drop statistics telemetry.device_kind_firmware;
alter type telemetry.device_kind rename to device_kind_old;
create type telemetry.device_kind as enum ('meter', 'valve', 'gateway');
alter table telemetry.device alter column kind type telemetry.device_kind using kind::text::telemetry.device_kind;
drop type telemetry.device_kind_old;
create statistics telemetry.device_kind_firmware (mcv, dependencies) on kind, firmware from telemetry.device;
alter statistics telemetry.device_kind_firmware set statistics 100;
comment on statistics telemetry.device_kind_firmware is 'Valves have other firmware.';
create publication telemetry_devices for table telemetry.device (id, serial, kind) where (id > 100);
