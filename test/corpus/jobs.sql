-- plugin jobs
-- revision 0001_create_queue
create schema if not exists jobs;
create type jobs.state as enum ('waiting', 'running', 'done', 'failed');
create table jobs.queue (
  id bigserial primary key,
  name text not null,
  priority int not null default 0,
  created_at timestamp not null default now(),
  unique (name)
);
create table jobs.job (
  id bigserial primary key,
  queue_id bigint not null references jobs.queue (id) on delete cascade,
  task varchar(128) not null,
  payload json not null default '{}',
  state jobs.state not null default 'waiting',
  attempts smallint not null default 0,
  max_attempts smallint not null default 25,
  run_at timestamp not null default now(),
  locked_by text,
  locked_at timestamp,
  last_error varchar(255)
);
create index job_ready on jobs.job (queue_id, run_at) where locked_at is null;
-- down
drop schema jobs cascade;
-- revision 0002_functions
create function jobs.touch() returns trigger language plpgsql as $$
begin
  new.run_at := coalesce(new.run_at, now());
  return new;
end
$$;
create trigger job_touch before insert on jobs.job for each row execute function jobs.touch();
create or replace function jobs.add_job(task text, payload json default '{}') returns bigint language sql as $$
  insert into jobs.job (queue_id, task, payload) select id, $1, $2 from jobs.queue where name = 'default' returning id
$$;
comment on function jobs.add_job is 'Adds a job to the default queue.';
grant usage on schema jobs to public;
-- down
revoke usage on schema jobs from public;
drop function jobs.add_job(text, json);
drop trigger job_touch on jobs.job;
drop function jobs.touch();
-- revision 0003_notify
drop trigger job_touch on jobs.job;
drop function jobs.touch();
create function jobs.notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('jobs', new.id::text);
  return new;
end
$$;
create trigger job_notify after insert on jobs.job for each row execute function jobs.notify();
-- down
drop trigger job_notify on jobs.job;
drop function jobs.notify();
create function jobs.touch() returns trigger language plpgsql as $$
begin
  new.run_at := coalesce(new.run_at, now());
  return new;
end
$$;
create trigger job_touch before insert on jobs.job for each row execute function jobs.touch();
-- revision 0004_longer_errors
alter table jobs.job alter column last_error type text;
alter table jobs.job alter column task drop not null;
alter table jobs.job alter column task type varchar(500);
-- finds long-lock jobs.job.task
alter table jobs.job alter column task set not null;
-- down
alter table jobs.job alter column task type varchar(128);
alter table jobs.job alter column last_error type varchar(255);
-- revision 0005_time_zones
-- finds table-rewrite jobs.job.run_at, table-rewrite jobs.job.locked_at
alter table jobs.job
  alter column run_at type timestamptz using run_at at time zone 'UTC',
  alter column locked_at type timestamptz using locked_at at time zone 'UTC';
set local timezone = 'UTC';
alter table jobs.queue alter column created_at type timestamptz;
-- down
set local timezone = 'UTC';
alter table jobs.queue alter column created_at type timestamp;
alter table jobs.job
  alter column run_at type timestamp using run_at at time zone 'UTC',
  alter column locked_at type timestamp using locked_at at time zone 'UTC';
-- revision 0006_payload_as_jsonb
-- finds table-rewrite jobs.job.payload
alter table jobs.job alter column payload type jsonb using payload::jsonb;
alter table jobs.job alter column payload set default '{}'::jsonb;
-- down
alter table jobs.job alter column payload drop default;
alter table jobs.job alter column payload type json using payload::json;
alter table jobs.job alter column payload set default '{}';
-- revision 0007_cancelled
alter type jobs.state add value if not exists 'cancelled';
-- down
alter table jobs.job alter column state drop default;
alter type jobs.state rename to state_old;
create type jobs.state as enum ('waiting', 'running', 'done', 'failed');
alter table jobs.job alter column state type jobs.state using state::text::jobs.state;
alter table jobs.job alter column state set default 'waiting';
drop type jobs.state_old;
-- revision 0008_replace_add_job
drop function jobs.add_job(text, json);
create function jobs.add_job(task text, payload jsonb default '{}', queue text default 'default', at timestamptz default null)
returns bigint language plpgsql as $$
declare
  added bigint;
begin
  insert into jobs.job (queue_id, task, payload, run_at)
    select id, add_job.task, add_job.payload, coalesce(at, now()) from jobs.queue where name = queue
    returning id into added;
  return added;
end
$$;
-- down
drop function jobs.add_job(text, jsonb, text, timestamptz);
create function jobs.add_job(task text, payload json default '{}') returns bigint language sql as $$
  insert into jobs.job (queue_id, task, payload) select id, $1, $2 from jobs.queue where name = 'default' returning id
$$;
comment on function jobs.add_job is 'Adds a job to the default queue.';
-- revision 0009_archive
create table jobs.archive (like jobs.job including defaults including constraints);
alter table jobs.archive add column archived_at timestamptz not null default now();
create index on jobs.archive (archived_at);
-- finds data-loss jobs.job
with old as (delete from jobs.job returning *) insert into jobs.archive select * from old;
-- down
insert into jobs.job select id, queue_id, task, payload, state, attempts, max_attempts, run_at, locked_by, locked_at, last_error from jobs.archive;
drop table jobs.archive;
-- revision 0010_clean
delete from jobs.job where state = 'done' and run_at < now() - interval '30 days';
drop table if exists jobs.leftover;
drop function if exists jobs.old_notify();
drop index if exists jobs.job_unused;
-- down
select 1;
-- revision 0011_rename_queue breaking
-- breaking renames the column jobs.queue.name
-- finds rename jobs.queue.name
alter table jobs.queue rename column name to slug;
alter table jobs.queue rename constraint queue_name_key to queue_slug_key;
-- down
alter table jobs.queue rename constraint queue_slug_key to queue_name_key;
alter table jobs.queue rename column slug to name;
-- revision 0012_identity
alter table jobs.queue alter column id drop default;
drop sequence jobs.queue_id_seq;
alter table jobs.queue alter column id add generated by default as identity;
-- down
alter table jobs.queue alter column id drop identity;
create sequence jobs.queue_id_seq owned by jobs.queue.id;
alter table jobs.queue alter column id set default nextval('jobs.queue_id_seq');
-- revision 0013_worker_table
create table jobs.worker (id uuid primary key default gen_random_uuid(), host text not null, seen_at timestamptz not null default now());
alter table jobs.worker add column version text not null;
create unique index worker_host on jobs.worker (host);
alter table jobs.job add column worker_id uuid references jobs.worker (id) on delete set null;
-- down
alter table jobs.job drop column worker_id;
drop table jobs.worker;
-- revision 0014_index
-- finds index-not-concurrent jobs.job_worker_id_idx
create index on jobs.job (worker_id);
-- down
drop index jobs.job_worker_id_idx;
-- revision 0015_priority breaking
-- finds long-lock job_priority_check
alter table jobs.job add column priority int not null default 0, add constraint job_priority_check check (priority between 0 and 9);
-- breaking drops the column jobs.queue.priority
-- finds data-loss jobs.queue.priority
alter table jobs.queue drop column priority;
-- down
alter table jobs.queue add column priority int not null default 0;
alter table jobs.job drop column priority;
-- revision 0016_attempts
alter table jobs.job add constraint attempts_left check (attempts <= max_attempts) not valid;
-- down
alter table jobs.job drop constraint attempts_left;
-- revision 0017_attempts_validated
alter table jobs.job validate constraint attempts_left;
-- down
alter table jobs.job drop constraint attempts_left;
alter table jobs.job add constraint attempts_left check (attempts <= max_attempts) not valid;
-- revision 0018_reindex_as_unique
drop index if exists jobs.worker_host;
-- finds index-not-concurrent jobs.worker_host
create unique index worker_host on jobs.worker (lower(host));
-- down
drop index jobs.worker_host;
create unique index worker_host on jobs.worker (host);
-- revision 0019_stats
create view jobs.stats as select queue_id, state, count(*) as n from jobs.job group by queue_id, state;
create materialized view jobs.daily as select date_trunc('day', run_at) as day, count(*) as n from jobs.job group by 1;
create unique index daily_day on jobs.daily (day);
-- down
drop materialized view jobs.daily;
drop view jobs.stats;
-- revision 0020_stats_with_errors
drop view jobs.stats;
create view jobs.stats as
  select queue_id, state, count(*) as n, count(last_error) as errors from jobs.job group by queue_id, state;
refresh materialized view concurrently jobs.daily;
-- down
drop view jobs.stats;
create view jobs.stats as select queue_id, state, count(*) as n from jobs.job group by queue_id, state;
-- revision 0021_refresh
-- finds long-lock jobs.daily
refresh materialized view jobs.daily;
-- down
select 1;
-- revision 0022_grown_state breaking
alter table jobs.job alter column state drop default;
alter table jobs.archive alter column state drop default;
alter type jobs.state rename to state_old;
create type jobs.state as enum ('waiting', 'running', 'done', 'failed', 'cancelled', 'paused');
drop view jobs.stats;
-- finds table-rewrite jobs.job.state
alter table jobs.job alter column state type jobs.state using state::text::jobs.state;
-- finds table-rewrite jobs.archive.state
alter table jobs.archive alter column state type jobs.state using state::text::jobs.state;
drop type jobs.state_old cascade;
alter table jobs.job alter column state set default 'waiting';
alter table jobs.archive alter column state set default 'waiting';
-- breaking drops the column jobs.stats.errors
create view jobs.stats as select queue_id, state, count(*) as n from jobs.job group by queue_id, state;
-- down
drop view jobs.stats;
alter table jobs.job alter column state drop default;
alter table jobs.archive alter column state drop default;
alter type jobs.state rename to state_old;
create type jobs.state as enum ('waiting', 'running', 'done', 'failed', 'cancelled');
alter table jobs.job alter column state type jobs.state using state::text::jobs.state;
alter table jobs.archive alter column state type jobs.state using state::text::jobs.state;
drop type jobs.state_old;
alter table jobs.job alter column state set default 'waiting';
alter table jobs.archive alter column state set default 'waiting';
create view jobs.stats as
  select queue_id, state, count(*) as n, count(last_error) as errors from jobs.job group by queue_id, state;
