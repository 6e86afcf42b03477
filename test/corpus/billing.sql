-- plugin billing requires members
-- revision 0001_accounts
-- depends members@0004_organizations
create schema billing;
create domain billing.currency as char(3) check (value ~ '^[A-Z]{3}$');
create domain billing.amount as numeric(14, 2) default 0;
create type billing.state as enum ('draft', 'open', 'paid', 'void');
create table billing.account (
  id int generated always as identity constraint account_pkey primary key,
  organization_id int not null constraint account_organization_key unique references members.organization,
  currency billing.currency not null default 'EUR',
  balance billing.amount not null,
  opened_at timestamptz not null default now()
);
comment on table billing.account is 'The money of an organization.';
comment on domain billing.currency is 'ISO 4217';
-- down
drop table billing.account;
drop type billing.state;
drop domain billing.amount;
drop domain billing.currency;
drop schema billing;
-- revision 0002_invoices
create sequence billing.invoice_number as bigint start 1000 minvalue 1000;
create table billing.invoice (
  id bigint generated always as identity constraint invoice_pkey primary key,
  account_id int not null constraint invoice_account_fkey references billing.account,
  number bigint not null default nextval('billing.invoice_number') constraint invoice_number_key unique,
  state billing.state not null default 'draft',
  issued_on date,
  due_on date,
  total billing.amount,
  constraint invoice_dates check (due_on >= issued_on)
);
create table billing.invoice_line (
  invoice_id bigint not null references billing.invoice on delete cascade,
  position smallint not null,
  description text not null,
  quantity numeric(10, 3) not null default 1,
  unit_price numeric(12, 2) not null,
  constraint invoice_line_pkey primary key (invoice_id, position)
);
create index invoice_account on billing.invoice (account_id, issued_on desc);
comment on sequence billing.invoice_number is 'Numbers have gaps. The tax office accepts that.';
comment on column billing.invoice.due_on is 'Thirty days after issued_on unless agreed otherwise.';
comment on index billing.invoice_account is 'For the list of invoices.';
-- down
drop table billing.invoice_line;
drop table billing.invoice;
drop sequence billing.invoice_number;
-- revision 0003_line_total
-- finds table-rewrite billing.invoice_line.total
alter table billing.invoice_line add column total numeric(14, 2) generated always as (round(quantity * unit_price, 2)) stored;
-- down
alter table billing.invoice_line drop column total;
-- revision 0004_sum_trigger
create function billing.sum_lines() returns trigger language plpgsql as $$
begin
  update billing.invoice set total = (
    select coalesce(sum(l.total), 0) from billing.invoice_line l where l.invoice_id = coalesce(new.invoice_id, old.invoice_id))
  where id = coalesce(new.invoice_id, old.invoice_id);
  return null;
end
$$;
create trigger invoice_line_sum after insert or update or delete on billing.invoice_line
  for each row execute function billing.sum_lines();
comment on function billing.sum_lines is 'Keeps the total of an invoice.';
-- down
drop trigger invoice_line_sum on billing.invoice_line;
drop function billing.sum_lines();
-- revision 0005_payments
create table billing.payment (
  id bigint generated always as identity,
  account_id int not null references billing.account,
  received_at timestamptz not null default now(),
  amount numeric(14, 2) not null,
  reference text,
  constraint payment_pkey primary key (id, received_at),
  constraint payment_amount check (amount <> 0)
) partition by range (received_at);
create table billing.payment_2023 partition of billing.payment for values from ('2023-01-01') to ('2024-01-01');
create table billing.payment_2024 partition of billing.payment for values from ('2024-01-01') to ('2025-01-01');
create index payment_account on billing.payment (account_id);
comment on table billing.payment is 'One partition a year.';
-- down
drop table billing.payment;
-- revision 0006_payment_2025
create table billing.payment_2025 partition of billing.payment for values from ('2025-01-01') to ('2026-01-01') partition by range (id);
create table billing.payment_2025_small partition of billing.payment_2025 for values from (1) to (1000000);
create table billing.payment_2025_rest partition of billing.payment_2025 default;
comment on table billing.payment_2025_small is 'Numbers from before the merger.';
-- down
drop table billing.payment_2025;
-- revision 0007_methods
create type billing.method as enum ('card', 'transfer', 'debit');
alter table billing.payment add column method billing.method not null default 'transfer';
alter table billing.payment add column fee numeric(8, 2);
-- down
alter table billing.payment drop column fee;
alter table billing.payment drop column method;
drop type billing.method;
-- revision 0008_vat
create table billing.vat_rate (
  country char(2) not null,
  valid daterange not null,
  percent numeric(4, 2) not null constraint vat_rate_percent check (percent between 0 and 40),
  constraint vat_rate_pkey primary key (country, valid)
);
insert into billing.vat_rate values ('DE', '[2021-01-01,)', 19), ('FR', '[2014-01-01,)', 20), ('AT', '[2016-01-01,)', 20);
create index vat_rate_valid on billing.vat_rate using gist (valid);
create function billing.vat(country char(2), day date) returns numeric stable language sql as $$
  select percent from billing.vat_rate r where r.country = vat.country and r.valid @> day
$$;
grant select on billing.vat_rate to public;
-- down
drop function billing.vat(char, date);
drop table billing.vat_rate;
-- revision 0009_line_vat
alter table billing.invoice_line add column vat_percent numeric(4, 2) not null default 0;
alter table billing.invoice_line alter column vat_percent drop not null;
alter table billing.invoice_line alter column description set not null;
-- down
alter table billing.invoice_line drop column vat_percent;
-- revision 0010_longer_money breaking
alter table billing.invoice_line drop column total;
-- breaking drops the column billing.invoice_line.total
-- finds table-rewrite billing.invoice_line.quantity
alter table billing.invoice_line alter column quantity type numeric(12, 4);
-- down
alter table billing.invoice_line alter column quantity type numeric(10, 3);
alter table billing.invoice_line add column total numeric(14, 2) generated always as (round(quantity * unit_price, 2)) stored;
-- revision 0011_sum_without_column
create or replace function billing.sum_lines() returns trigger language plpgsql as $$
begin
  update billing.invoice set total = (
    select coalesce(sum(round(l.quantity * l.unit_price, 2)), 0) from billing.invoice_line l
    where l.invoice_id = coalesce(new.invoice_id, old.invoice_id))
  where id = coalesce(new.invoice_id, old.invoice_id);
  return null;
end
$$;
-- down
create or replace function billing.sum_lines() returns trigger language plpgsql as $$
begin
  update billing.invoice set total = (
    select coalesce(sum(l.total), 0) from billing.invoice_line l where l.invoice_id = coalesce(new.invoice_id, old.invoice_id))
  where id = coalesce(new.invoice_id, old.invoice_id);
  return null;
end
$$;
-- revision 0012_revenue
create materialized view billing.revenue as
  select date_trunc('month', issued_on)::date as month, sum(total) as total from billing.invoice where state in ('open', 'paid') group by 1;
create unique index revenue_month on billing.revenue (month);
comment on materialized view billing.revenue is 'Refreshed every night.';
grant select on billing.revenue to pg_read_all_stats;
-- down
drop materialized view billing.revenue;
-- revision 0013_revenue_now
-- finds long-lock billing.revenue
refresh materialized view billing.revenue;
-- down
select 1;
-- revision 0014_revenue_later
refresh materialized view concurrently billing.revenue;
alter materialized view billing.revenue set (fillfactor = 100);
-- down
alter materialized view billing.revenue reset (fillfactor);
-- revision 0015_dunning
alter table billing.invoice add column reminders smallint not null default 0;
alter table billing.invoice add column reminded_at timestamptz;
-- finds long-lock invoice_reminders
alter table billing.invoice add constraint invoice_reminders check (reminders between 0 and 3);
-- finds index-not-concurrent billing.invoice_overdue
create index invoice_overdue on billing.invoice (due_on) where state = 'open';
-- down
drop index billing.invoice_overdue;
alter table billing.invoice drop constraint invoice_reminders;
alter table billing.invoice drop column reminded_at;
alter table billing.invoice drop column reminders;
-- revision 0016_weighted_average
create function billing.weigh(state numeric[], price numeric, quantity numeric) returns numeric[] immutable language sql
  as $$ select array[state[1] + price * quantity, state[2] + quantity] $$;
create function billing.weighed(state numeric[]) returns numeric immutable language sql
  as $$ select state[1] / nullif(state[2], 0) $$;
create aggregate billing.average_price(numeric, numeric) (
  sfunc = billing.weigh, stype = numeric[], finalfunc = billing.weighed, initcond = '{0,0}');
comment on aggregate billing.average_price(numeric, numeric) is 'The price for one, weighted by the quantity.';
-- down
drop aggregate billing.average_price(numeric, numeric);
drop function billing.weighed(numeric[]);
drop function billing.weigh(numeric[], numeric, numeric);
-- revision 0017_detach_2023
-- finds long-lock billing.payment_2023
alter table billing.payment detach partition billing.payment_2023;
-- down
alter table billing.payment attach partition billing.payment_2023 for values from ('2023-01-01') to ('2024-01-01');
-- revision 0018_old_payments breaking
create schema billing_archive;
-- breaking renames the table billing.payment_2023
-- finds rename billing.payment_2023
alter table billing.payment_2023 set schema billing_archive;
comment on schema billing_archive is 'Nothing here changes any more.';
-- down
alter table billing_archive.payment_2023 set schema billing;
drop schema billing_archive;
-- revision 0019_refunds
create table billing.refund (
  id bigint generated by default as identity constraint refund_pkey primary key,
  invoice_id bigint not null constraint refund_invoice_fkey references billing.invoice on delete restrict,
  amount numeric(14, 2) not null,
  reason text,
  approved_by int constraint refund_person_fkey references members.person
);
-- depends members@0001_people
create index refund_invoice on billing.refund (invoice_id);
alter table billing.refund add constraint refund_amount check (amount > 0);
comment on table billing.refund is 'Money given back.';
-- down
drop table billing.refund;
-- revision 0020_refund_key breaking
-- breaking makes billing.refund.id generated always
alter table billing.refund alter column id restart with 5000;
alter table billing.refund alter column id set generated always;
alter table billing.refund alter column id set increment by 5;
-- down
alter table billing.refund alter column id set increment by 1;
alter table billing.refund alter column id set start with 1;
alter table billing.refund alter column id set generated by default;
-- revision 0021_uncollectible
alter type billing.state add value 'uncollectible' after 'paid';
-- down
drop materialized view billing.revenue;
drop index billing.invoice_overdue;
alter table billing.invoice alter column state drop default;
alter type billing.state rename to state_old;
create type billing.state as enum ('draft', 'open', 'paid', 'void');
alter table billing.invoice alter column state type billing.state using state::text::billing.state;
alter table billing.invoice alter column state set default 'draft';
drop type billing.state_old;
create index invoice_overdue on billing.invoice (due_on) where state = 'open';
create materialized view billing.revenue with (fillfactor = 100) as
  select date_trunc('month', issued_on)::date as month, sum(total) as total from billing.invoice where state in ('open', 'paid') group by 1;
create unique index revenue_month on billing.revenue (month);
comment on materialized view billing.revenue is 'Refreshed every night.';
grant select on billing.revenue to pg_read_all_stats;
-- revision 0022_statistics
create statistics billing.invoice_state_due (mcv) on state, due_on from billing.invoice;
create statistics billing.payment_method_fee on method, fee from billing.payment;
analyze billing.invoice;
-- down
drop statistics billing.payment_method_fee;
drop statistics billing.invoice_state_due;
-- revision 0023_reference_search
create collation billing.reference (locale = 'C');
alter table billing.payment alter column reference type text collate billing.reference;
-- finds index-not-concurrent billing.payment_reference
create index payment_reference on billing.payment (reference);
comment on collation billing.reference is 'References are compared byte by byte.';
-- down
drop index billing.payment_reference;
alter table billing.payment alter column reference type text collate "default";
drop collation billing.reference;
-- revision 0024_published
create publication billing_feed for table billing.invoice where (number > 1000), billing.refund;
comment on publication billing_feed is 'For accounting.';
alter table billing.invoice replica identity full;
-- down
alter table billing.invoice replica identity default;
drop publication billing_feed;
-- revision 0025_exchange
create table billing.exchange_rate (
  from_currency billing.currency not null,
  to_currency billing.currency not null,
  day date not null,
  rate numeric(18, 8) not null,
  constraint exchange_rate_pkey primary key (from_currency, to_currency, day),
  constraint exchange_rate_positive check (rate > 0)
);
create view billing.latest_rate as
  select distinct on (from_currency, to_currency) from_currency, to_currency, rate, day
  from billing.exchange_rate order by from_currency, to_currency, day desc;
alter table billing.exchange_rate set (fillfactor = 95);
grant select on billing.exchange_rate, billing.latest_rate to public;
-- down
drop view billing.latest_rate;
drop table billing.exchange_rate;
-- revision 0026_rates_inverse
drop view billing.latest_rate;
create view billing.latest_rate as
  select distinct on (from_currency, to_currency) from_currency, to_currency, rate, 1 / rate as inverse, day
  from billing.exchange_rate order by from_currency, to_currency, day desc;
grant select on billing.latest_rate to public;
-- down
drop view billing.latest_rate;
create view billing.latest_rate as
  select distinct on (from_currency, to_currency) from_currency, to_currency, rate, day
  from billing.exchange_rate order by from_currency, to_currency, day desc;
grant select on billing.latest_rate to public;
-- revision 0027_credit
alter table billing.account add column credit_limit numeric(14, 2) not null default 0;
alter table billing.account add constraint account_credit check (balance >= -credit_limit) not valid;
alter table billing.account disable trigger user;
update billing.account set credit_limit = 1000 where balance < 0;
alter table billing.account enable trigger user;
-- down
alter table billing.account drop constraint account_credit;
alter table billing.account drop column credit_limit;
-- revision 0028_credit_checked
alter table billing.account validate constraint account_credit;
-- down
alter table billing.account drop constraint account_credit;
alter table billing.account add constraint account_credit check (balance >= -credit_limit) not valid;
-- revision 0029_coupons
-- depends members@0001_people
create table billing.coupon (
  code text collate "C" constraint coupon_pkey primary key,
  percent smallint,
  amount numeric(8, 2),
  person_id int references members.person on delete set null,
  constraint coupon_one_kind check (num_nonnulls(percent, amount) = 1)
);
create table billing.coupon_use (
  code text collate "C" not null references billing.coupon on update cascade,
  invoice_id bigint not null references billing.invoice on delete cascade,
  constraint coupon_use_pkey primary key (code, invoice_id)
);
comment on constraint coupon_one_kind on billing.coupon is 'Either a percentage or an amount.';
grant select, insert on billing.coupon_use to pg_monitor;
-- down
drop table billing.coupon_use;
drop table billing.coupon;
-- revision 0030_reference_gone breaking
-- breaking drops the column billing.payment.reference
-- finds data-loss billing.payment.reference
alter table billing.payment drop column reference;
-- breaking drops the table billing_archive.payment_2023
-- finds data-loss billing_archive.payment_2023
drop table billing_archive.payment_2023;
-- down
create table billing_archive.payment_2023 (
  id bigint not null,
  account_id int not null references billing.account,
  received_at timestamptz not null default now(),
  amount numeric(14, 2) not null,
  reference text,
  method billing.method not null default 'transfer',
  fee numeric(8, 2),
  constraint payment_2023_pkey primary key (id, received_at),
  constraint payment_amount check (amount <> 0)
);
create index payment_2023_account_id_idx on billing_archive.payment_2023 (account_id);
alter table billing_archive.payment_2023 rename constraint payment_2023_account_id_fkey to payment_account_id_fkey;
alter table billing.payment add column reference text collate billing.reference;
create index payment_reference on billing.payment (reference);
-- revision 0031_number_per_account
alter table billing.invoice add column series text not null default 'A';
-- finds long-lock invoice_series_number
alter table billing.invoice add constraint invoice_series_number unique (series, number) include (issued_on);
alter table billing.invoice drop constraint invoice_number_key;
-- down
alter table billing.invoice add constraint invoice_number_key unique (number);
alter table billing.invoice drop constraint invoice_series_number;
alter table billing.invoice drop column series;
-- revision 0032_locked_series
-- finds long-lock billing.invoice
lock table billing.invoice in exclusive mode;
update billing.invoice set series = 'B' where issued_on >= '2025-01-01';
alter sequence billing.invoice_number owned by billing.invoice.number;
alter sequence billing.invoice_number cache 1 no cycle;
-- down
alter sequence billing.invoice_number owned by none;
update billing.invoice set series = 'A' where series = 'B';
