-- plugin scheduler
-- revision 0001_jobs
create schema scheduler;
create sequence scheduler.job_id as bigint cache 20;
create type scheduler.status as enum ('ready', 'active', 'done', 'dead');
create table scheduler.worker_class (name text constraint worker_class_pkey primary key, concurrency int not null default 1);
create table scheduler.job (
  id bigint not null default nextval('scheduler.job_id') constraint job_pkey primary key,
  class text not null constraint job_class_fkey references scheduler.worker_class,
  arguments json not null default '[]',
  status scheduler.status not null default 'ready',
  priority smallint not null default 0,
  due_at timestamp not null default now(),
  attempts int not null default 0,
  worker char(12),
  error varchar(1000)
);
alter sequence scheduler.job_id owned by scheduler.job.id;
create index job_due on scheduler.job (class, priority, due_at) where status = 'ready';
comment on table scheduler.job is 'Work to do later.';
-- down
drop table scheduler.job;
drop table scheduler.worker_class;
drop type scheduler.status;
drop schema scheduler;
-- revision 0002_enqueue
create function scheduler.enqueue(class text, arguments json default '[]', delay interval default '0') returns bigint language sql as $$
  insert into scheduler.job (class, arguments, due_at) values ($1, $2, now()::timestamp + $3) returning id
$$;
create function scheduler.take(class text, worker text) returns setof scheduler.job language sql as $$
  update scheduler.job j set status = 'active', worker = $2, attempts = attempts + 1
  where id = (select id from scheduler.job where class = $1 and status = 'ready' and due_at <= now()
              order by priority desc, due_at limit 1 for update skip locked)
  returning j.*
$$;
comment on function scheduler.enqueue(text, json, interval) is 'Returns the number of the job.';
comment on function scheduler.take(text, text) is 'Takes one job that is due.';
revoke execute on function scheduler.take(text, text) from public;
-- down
drop function scheduler.take(text, text);
drop function scheduler.enqueue(text, json, interval);
-- revision 0003_notify
create function scheduler.announce() returns trigger language plpgsql as $$
begin
  perform pg_notify('scheduler', new.class);
  return null;
end
$$;
create trigger job_announce after insert on scheduler.job for each row execute function scheduler.announce();
-- down
drop trigger job_announce on scheduler.job;
drop function scheduler.announce();
-- revision 0004_announce_once
drop trigger job_announce on scheduler.job;
create or replace function scheduler.announce() returns trigger language plpgsql as $$
begin
  perform pg_notify('scheduler', class) from (select distinct class from added) as classes;
  return null;
end
$$;
create trigger job_announce after insert on scheduler.job referencing new table as added
  for each statement execute function scheduler.announce();
-- down
drop trigger job_announce on scheduler.job;
create or replace function scheduler.announce() returns trigger language plpgsql as $$
begin
  perform pg_notify('scheduler', new.class);
  return null;
end
$$;
create trigger job_announce after insert on scheduler.job for each row execute function scheduler.announce();
-- revision 0005_error_text
alter table scheduler.job alter column error type text;
alter table scheduler.job alter column error set storage external;
alter table scheduler.job add column failed_at timestamptz;
-- down
alter table scheduler.job drop column failed_at;
alter table scheduler.job alter column error type varchar(1000);
alter table scheduler.job alter column error set storage extended;
-- revision 0006_jsonb
drop function scheduler.take(text, text);
alter table scheduler.job alter column arguments drop default;
-- finds table-rewrite scheduler.job.arguments
alter table scheduler.job alter column arguments type jsonb using arguments::jsonb;
alter table scheduler.job alter column arguments set default '[]';
create function scheduler.take(class text, worker text) returns setof scheduler.job language sql as $$
  update scheduler.job j set status = 'active', worker = $2, attempts = attempts + 1
  where id = (select id from scheduler.job where class = $1 and status = 'ready' and due_at <= now()
              order by priority desc, due_at limit 1 for update skip locked)
  returning j.*
$$;
comment on function scheduler.take(text, text) is 'Takes one job that is due.';
revoke execute on function scheduler.take(text, text) from public;
create or replace function scheduler.enqueue(class text, arguments json default '[]', delay interval default '0') returns bigint language sql as $$
  insert into scheduler.job (class, arguments, due_at) values ($1, $2::jsonb, now()::timestamp + $3) returning id
$$;
-- down
alter table scheduler.job alter column arguments drop default;
alter table scheduler.job alter column arguments type json using arguments::json;
alter table scheduler.job alter column arguments set default '[]';
create or replace function scheduler.enqueue(class text, arguments json default '[]', delay interval default '0') returns bigint language sql as $$
  insert into scheduler.job (class, arguments, due_at) values ($1, $2, now()::timestamp + $3) returning id
$$;
-- revision 0007_due_with_zone
drop index scheduler.job_due;
-- finds table-rewrite scheduler.job.due_at
alter table scheduler.job alter column due_at type timestamptz using due_at at time zone 'UTC';
-- finds index-not-concurrent scheduler.job_due
create index job_due on scheduler.job (class, priority, due_at) where status = 'ready';
-- down
drop index scheduler.job_due;
alter table scheduler.job alter column due_at type timestamp using due_at at time zone 'UTC';
create index job_due on scheduler.job (class, priority, due_at) where status = 'ready';
-- revision 0008_cron
create table scheduler.cron (
  name text constraint cron_pkey primary key,
  class text not null constraint cron_class_fkey references scheduler.worker_class on update cascade,
  schedule text not null,
  arguments jsonb not null default '[]',
  next_at timestamptz not null,
  last_at timestamptz,
  enabled boolean not null default true
);
create index cron_next on scheduler.cron (next_at) where enabled;
alter table scheduler.cron add constraint cron_schedule check (array_length(string_to_array(schedule, ' '), 1) = 5);
comment on column scheduler.cron.schedule is 'Minute, hour, day, month, weekday.';
grant select on scheduler.cron to pg_monitor;
-- down
drop table scheduler.cron;
-- revision 0009_unique_jobs
alter table scheduler.job add column unique_key text;
-- finds index-not-concurrent scheduler.job_unique
create unique index job_unique on scheduler.job (class, unique_key) where unique_key is not null and status in ('ready', 'active');
-- down
alter table scheduler.job drop column unique_key;
-- revision 0010_worker_text
-- finds table-rewrite scheduler.job.worker
alter table scheduler.job alter column worker type varchar(64);
-- down
alter table scheduler.job alter column worker type char(12);
-- revision 0011_heartbeat
create unlogged table scheduler.worker (
  name varchar(64) constraint worker_pkey primary key,
  host text not null,
  pid int not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
) with (fillfactor = 50);
create index worker_seen on scheduler.worker (seen_at);
create function scheduler.beat(worker text) returns void language sql as $$
  update scheduler.worker set seen_at = now() where name = $1
$$;
comment on table scheduler.worker is 'Lost in a crash, like the workers themselves.';
-- down
drop function scheduler.beat(text);
drop table scheduler.worker;
-- revision 0012_rescue
create procedure scheduler.rescue(older_than interval) language plpgsql as $$
begin
  update scheduler.job set status = 'ready', worker = null where status = 'active'
    and worker not in (select name from scheduler.worker where seen_at > now() - older_than);
end
$$;
comment on procedure scheduler.rescue(interval) is 'Called every minute.';
grant execute on procedure scheduler.rescue(interval) to pg_monitor;
-- down
drop procedure scheduler.rescue(interval);
-- revision 0013_cancelled
alter type scheduler.status add value 'cancelled';
-- down
drop function scheduler.take(text, text);
drop index scheduler.job_due;
drop index scheduler.job_unique;
alter table scheduler.job alter column status drop default;
alter type scheduler.status rename to status_old;
create type scheduler.status as enum ('ready', 'active', 'done', 'dead');
alter table scheduler.job alter column status type scheduler.status using status::text::scheduler.status;
alter table scheduler.job alter column status set default 'ready';
drop type scheduler.status_old;
create index job_due on scheduler.job (class, priority, due_at) where status = 'ready';
create unique index job_unique on scheduler.job (class, unique_key) where unique_key is not null and status in ('ready', 'active');
create function scheduler.take(class text, worker text) returns setof scheduler.job language sql as $$
  update scheduler.job j set status = 'active', worker = $2, attempts = attempts + 1
  where id = (select id from scheduler.job where class = $1 and status = 'ready' and due_at <= now()
              order by priority desc, due_at limit 1 for update skip locked)
  returning j.*
$$;
comment on function scheduler.take(text, text) is 'Takes one job that is due.';
revoke execute on function scheduler.take(text, text) from public;
-- revision 0014_results
create table scheduler.result (
  job_id bigint not null,
  finished_at timestamptz not null default now(),
  ok boolean not null,
  took interval,
  output jsonb
) partition by list (ok);
create table scheduler.result_ok partition of scheduler.result for values in (true) partition by range (finished_at);
create table scheduler.result_failed partition of scheduler.result for values in (false);
create table scheduler.result_ok_2024 partition of scheduler.result_ok for values from ('2024-01-01') to ('2025-01-01');
create table scheduler.result_ok_2025 partition of scheduler.result_ok for values from ('2025-01-01') to ('2026-01-01');
create index result_job on scheduler.result (job_id);
comment on table scheduler.result_failed is 'Kept for ever.';
-- down
drop table scheduler.result;
-- revision 0015_result_key
-- finds long-lock result_failed_took
alter table scheduler.result_failed add constraint result_failed_took check (took >= interval '0');
alter table scheduler.result_ok_2024 set (autovacuum_enabled = false);
alter table scheduler.result_failed alter column output set compression pglz;
-- down
alter table scheduler.result_failed alter column output set compression default;
alter table scheduler.result_ok_2024 reset (autovacuum_enabled);
alter table scheduler.result_failed drop constraint result_failed_took;
-- revision 0016_result_2026
create table scheduler.result_ok_2026 partition of scheduler.result_ok for values from ('2026-01-01') to ('2027-01-01');
create table scheduler.result_ok_later partition of scheduler.result_ok default;
-- down
drop table scheduler.result_ok_later;
drop table scheduler.result_ok_2026;
-- revision 0017_forget_2024 breaking
-- finds long-lock scheduler.result_ok_2024
alter table scheduler.result_ok detach partition scheduler.result_ok_2024;
-- breaking drops the table scheduler.result_ok_2024
-- finds data-loss scheduler.result_ok_2024
drop table scheduler.result_ok_2024;
-- down
create table scheduler.result_ok_2024 partition of scheduler.result_ok for values from ('2024-01-01') to ('2025-01-01');
alter table scheduler.result_ok_2024 set (autovacuum_enabled = false);
-- revision 0018_stats
create materialized view scheduler.throughput as
  select date_trunc('hour', finished_at) as hour, ok, count(*) as jobs, avg(took) as mean from scheduler.result group by 1, 2 with no data;
create unique index throughput_hour on scheduler.throughput (hour, ok);
create view scheduler.backlog as select class, count(*) as jobs, min(due_at) as oldest from scheduler.job where status = 'ready' group by class;
grant select on scheduler.throughput, scheduler.backlog to pg_monitor;
comment on view scheduler.backlog is 'Scraped by the metrics exporter.';
-- down
drop view scheduler.backlog;
drop materialized view scheduler.throughput;
-- revision 0019_fill_throughput
refresh materialized view scheduler.throughput with no data;
refresh materialized view scheduler.throughput with data;
alter materialized view scheduler.throughput alter column hour set statistics 50;
-- down
alter materialized view scheduler.throughput alter column hour set statistics -1;
refresh materialized view scheduler.throughput with no data;
-- revision 0020_percentile
create function scheduler.keep_worst(worst interval, one interval) returns interval immutable parallel safe language sql
  as $$ select greatest(worst, one) $$;
create aggregate scheduler.worst(interval) (sfunc = scheduler.keep_worst, stype = interval, combinefunc = scheduler.keep_worst, parallel = safe);
comment on aggregate scheduler.worst(interval) is 'The longest time.';
alter function scheduler.keep_worst(interval, interval) cost 10;
grant execute on function scheduler.worst(interval) to pg_monitor;
-- down
drop aggregate scheduler.worst(interval);
drop function scheduler.keep_worst(interval, interval);
-- revision 0021_dependencies
create table scheduler.job_dependency (
  job_id bigint not null references scheduler.job on delete cascade,
  after_id bigint not null references scheduler.job on delete cascade,
  constraint job_dependency_pkey primary key (job_id, after_id),
  constraint job_dependency_other check (job_id <> after_id)
);
create index job_dependency_after on scheduler.job_dependency (after_id);
create function scheduler.release() returns trigger language plpgsql as $$
begin
  delete from scheduler.job_dependency where after_id = new.id;
  return null;
end
$$;
create constraint trigger job_release after update of status on scheduler.job deferrable initially deferred
  for each row when (new.status = 'done') execute function scheduler.release();
comment on trigger job_release on scheduler.job is 'Runs at commit.';
-- down
drop trigger job_release on scheduler.job;
drop function scheduler.release();
drop table scheduler.job_dependency;
-- revision 0022_always
alter table scheduler.job enable always trigger job_release;
alter table scheduler.job enable replica trigger job_announce;
-- down
alter table scheduler.job enable trigger job_announce;
alter table scheduler.job enable trigger job_release;
-- revision 0023_limits
alter table scheduler.worker_class add column max_attempts int not null default 10;
alter table scheduler.worker_class add column timeout interval;
-- finds long-lock worker_class_limits
alter table scheduler.worker_class add constraint worker_class_limits check (max_attempts > 0 and concurrency > 0);
-- down
alter table scheduler.worker_class drop constraint worker_class_limits;
alter table scheduler.worker_class drop column timeout;
alter table scheduler.worker_class drop column max_attempts;
-- revision 0024_priority_int
-- finds table-rewrite scheduler.job.priority
alter table scheduler.job alter column priority type int;
-- finds table-rewrite scheduler.cron
alter table scheduler.cron set unlogged;
-- down
alter table scheduler.cron set logged;
alter table scheduler.job alter column priority type smallint;
-- revision 0025_logged_again
-- finds table-rewrite scheduler.cron
alter table scheduler.cron set logged;
-- down
alter table scheduler.cron set unlogged;
-- revision 0026_feed breaking
-- unseen refuses updates and deletes of scheduler.result, which has no replica identity
create publication scheduler_results for table scheduler.result with (publish_via_partition_root = true);
comment on publication scheduler_results is 'For the warehouse.';
alter table scheduler.worker_class replica identity using index worker_class_pkey;
-- down
alter table scheduler.worker_class replica identity default;
drop publication scheduler_results;
-- revision 0027_rename_class breaking
-- breaking renames the table scheduler.worker_class
-- finds rename scheduler.worker_class
alter table scheduler.worker_class rename to job_class;
alter table scheduler.job_class rename constraint worker_class_pkey to job_class_pkey;
alter table scheduler.job_class rename constraint worker_class_limits to job_class_limits;
-- down
alter table scheduler.job_class rename constraint job_class_limits to worker_class_limits;
alter table scheduler.job_class rename constraint job_class_pkey to worker_class_pkey;
alter table scheduler.job_class rename to worker_class;
-- revision 0028_required_worker breaking
alter table scheduler.cron add column owner text;
update scheduler.cron set owner = 'nobody';
-- finds long-lock scheduler.cron.owner
alter table scheduler.cron alter column owner set not null;
-- breaking adds scheduler.cron.owner, which is not null and has no default
-- down
alter table scheduler.cron drop column owner;
-- revision 0029_owner_default
alter table scheduler.cron alter column owner set default current_user;
comment on column scheduler.cron.owner is 'Gets mail about failures.';
-- down
comment on column scheduler.cron.owner is null;
alter table scheduler.cron alter column owner drop default;
-- revision 0030_clusters
alter table scheduler.job_dependency cluster on job_dependency_after;
-- finds long-lock scheduler.job_dependency
cluster scheduler.job_dependency;
-- finds long-lock scheduler.job_dependency
reindex table scheduler.job_dependency;
-- down
alter table scheduler.job_dependency set without cluster;
-- revision 0031_archive
create table scheduler.job_archive (like scheduler.job including defaults including storage including comments);
alter table scheduler.job_archive add column archived_at timestamptz not null default now();
alter table scheduler.job_archive add constraint job_archive_pkey primary key (id);
insert into scheduler.job_archive select *, now() from scheduler.job where status in ('done', 'dead');
delete from scheduler.job where status in ('done', 'dead');
comment on table scheduler.job_archive is 'Jobs that are over.';
-- down
insert into scheduler.job select id, class, arguments, status, priority, due_at, attempts, worker, error, failed_at, unique_key from scheduler.job_archive;
drop table scheduler.job_archive;
-- revision 0032_statistics
create statistics scheduler.job_class_status (mcv, dependencies) on class, status from scheduler.job;
create statistics scheduler.job_hour on (extract(hour from due_at at time zone 'UTC')) from scheduler.job;
comment on statistics scheduler.job_class_status is 'Some classes fail more often.';
-- down
drop statistics scheduler.job_hour;
drop statistics scheduler.job_class_status;
-- revision 0033_no_rescue breaking
-- breaking drops the function scheduler.rescue
drop procedure scheduler.rescue(interval);
-- breaking drops the function scheduler.beat
drop function scheduler.beat(text);
-- down
create function scheduler.beat(worker text) returns void language sql as $$
  update scheduler.worker set seen_at = now() where name = $1
$$;
create procedure scheduler.rescue(older_than interval) language plpgsql as $$
begin
  update scheduler.job set status = 'ready', worker = null where status = 'active'
    and worker not in (select name from scheduler.worker where seen_at > now() - older_than);
end
$$;
comment on procedure scheduler.rescue(interval) is 'Called every minute.';
grant execute on procedure scheduler.rescue(interval) to pg_monitor;
