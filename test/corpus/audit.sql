-- plugin audit
-- revision 0001_accounts
create extension if not exists pgcrypto;
create domain email as text check (value like '%@%');
create table account (
  id uuid primary key default gen_random_uuid(),
  mail email not null,
  name varchar(80) not null,
  balance numeric(12, 2) not null default 0,
  created timestamptz not null default now()
);
create unique index account_mail on account (lower(mail));
create table audit_log (
  id bigint generated always as identity primary key,
  table_name text not null,
  row_id uuid,
  action char(1) not null check (action in ('I', 'U', 'D')),
  old_row jsonb,
  new_row jsonb,
  happened_at timestamptz not null default now(),
  actor text not null default current_user
);
create index audit_log_row on audit_log (table_name, row_id);
-- down
drop table audit_log;
drop table account;
drop domain email;
drop extension pgcrypto;
-- revision 0002_triggers
create function audit() returns trigger language plpgsql security definer as $$
begin
  insert into audit_log (table_name, row_id, action, old_row, new_row)
  values (tg_table_name, coalesce(new.id, old.id), left(tg_op, 1), to_jsonb(old), to_jsonb(new));
  return coalesce(new, old);
end
$$;
create trigger account_audit after insert or update or delete on account for each row execute function audit();
revoke insert, update, delete on audit_log from public;
-- down
drop trigger account_audit on account;
drop function audit();
-- revision 0003_quiet_backfill
alter table account disable trigger account_audit;
update account set name = trim(name) where name <> trim(name);
alter table account enable trigger account_audit;
-- down
select 1;
-- revision 0004_larger_amounts
-- finds table-rewrite account.balance
alter table account alter column balance type numeric(20, 4);
alter table account alter column balance type numeric;
-- down
alter table account alter column balance type numeric(12, 2);
-- revision 0005_status
create type status as enum ('active', 'closed');
alter table account add column status status not null default 'active';
alter table account add column closed_at timestamptz;
-- finds long-lock closed_has_date
alter table account add constraint closed_has_date check ((status = 'closed') = (closed_at is not null));
-- down
alter table account drop constraint closed_has_date;
alter table account drop column closed_at;
alter table account drop column status;
drop type status;
-- revision 0006_requests
create table request (id bigserial primary key, account_id uuid not null, path text not null, ip inet, took interval);
alter table request add constraint request_account_fk foreign key (account_id) references account (id);
create index request_account on request (account_id);
alter table request add constraint request_path_check check (length(path) < 2000);
-- down
drop table request;
-- revision 0007_request_fk
alter table request drop constraint request_account_fk;
alter table request add constraint request_account_fk foreign key (account_id) references account (id) on delete cascade not valid;
-- down
alter table request drop constraint request_account_fk;
alter table request add constraint request_account_fk foreign key (account_id) references account (id);
-- revision 0008_request_fk_validated
alter table request validate constraint request_account_fk;
-- down
alter table request drop constraint request_account_fk;
alter table request add constraint request_account_fk foreign key (account_id) references account (id) on delete cascade not valid;
-- revision 0009_rewrite_audit
create or replace function audit() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into public.audit_log (table_name, row_id, action, old_row, new_row)
  values (tg_table_name, coalesce(new.id, old.id), left(tg_op, 1), to_jsonb(old) - 'balance', to_jsonb(new) - 'balance');
  return coalesce(new, old);
end
$$;
-- down
create or replace function audit() returns trigger language plpgsql security definer as $$
begin
  insert into audit_log (table_name, row_id, action, old_row, new_row)
  values (tg_table_name, coalesce(new.id, old.id), left(tg_op, 1), to_jsonb(old), to_jsonb(new));
  return coalesce(new, old);
end
$$;
-- revision 0010_two_triggers
drop trigger account_audit on account;
create trigger account_audit_change after insert or update on account for each row execute function audit();
create trigger account_audit_delete before delete on account for each row execute function audit();
-- down
drop trigger account_audit_delete on account;
drop trigger account_audit_change on account;
create trigger account_audit after insert or update or delete on account for each row execute function audit();
-- revision 0011_require_ip breaking
update request set ip = '0.0.0.0' where ip is null;
-- breaking makes request.ip not null
-- finds long-lock request.ip
alter table request alter column ip set not null;
-- down
alter table request alter column ip drop not null;
-- revision 0012_short_names breaking
-- breaking changes the type of account.name from varchar(80) to varchar(40)
-- finds data-loss account.name, table-rewrite account.name
alter table account alter column name type varchar(40) using left(name, 40);
-- down
alter table account alter column name type varchar(80);
-- revision 0013_split breaking
alter table account add column first_name text, add column last_name text;
update account set first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2);
-- breaking drops the column account.name
-- finds data-loss account.name
alter table account drop column name;
-- down
alter table account add column name varchar(40);
update account set name = left(concat_ws(' ', first_name, last_name), 40);
alter table account alter column name set not null;
alter table account drop column last_name, drop column first_name;
-- revision 0014_full_name
-- finds table-rewrite account.full_name
alter table account add column full_name text generated always as (coalesce(first_name, '') || ' ' || coalesce(last_name, '')) stored;
-- down
alter table account drop column full_name;
-- revision 0015_no_full_name breaking
-- breaking drops the column account.full_name
alter table account drop column full_name;
-- down
alter table account add column full_name text generated always as (coalesce(first_name, '') || ' ' || coalesce(last_name, '')) stored;
-- revision 0016_domain
-- finds long-lock email
alter domain email add constraint email_length check (length(value) < 255);
-- down
alter domain email drop constraint email_length;
-- revision 0017_numbered_requests
-- finds table-rewrite request.number
alter table request add column number serial;
-- down
alter table request drop column number;
-- revision 0018_reset
-- finds data-loss audit_log
truncate audit_log;
-- down
select 1;
-- revision 0019_scratch
create temp table moved as select id, row_id from audit_log;
create index on moved (row_id);
delete from moved;
drop table moved;
select set_config('app.actor', 'migration', true);
-- down
select 1;
-- revision 0020_row_ids breaking
-- breaking changes the type of audit_log.row_id from uuid to text
-- finds table-rewrite audit_log.row_id
alter table audit_log alter column row_id type text;
-- down
alter table audit_log alter column row_id type uuid using row_id::uuid;
