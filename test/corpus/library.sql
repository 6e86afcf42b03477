-- plugin library
-- revision 0001_works
create schema library;
create extension unaccent;
create extension pg_trgm;
create table library.author (
  id int generated always as identity constraint author_pkey primary key,
  name text not null,
  born smallint,
  died smallint,
  constraint author_life check (died >= born)
);
create table library.work (
  id int generated always as identity constraint work_pkey primary key,
  title text not null,
  subtitle text,
  language char(2) not null default 'en',
  published smallint,
  abstract text not null default ''
);
create table library.work_author (
  work_id int not null references library.work on delete cascade,
  author_id int not null references library.author on delete restrict,
  position smallint not null default 1,
  constraint work_author_pkey primary key (work_id, author_id)
);
create index author_name on library.author using gin (name gin_trgm_ops);
comment on table library.work is 'A work, of which there are editions.';
-- down
drop table library.work_author;
drop table library.work;
drop table library.author;
drop extension pg_trgm;
drop extension unaccent;
drop schema library;
-- revision 0002_search
create text search configuration library.plain (copy = pg_catalog.simple);
alter text search configuration library.plain alter mapping for hword, hword_part, word with unaccent, simple;
-- finds table-rewrite library.work.search
alter table library.work add column search tsvector generated always as (to_tsvector('library.plain'::regconfig, title)) stored;
-- finds index-not-concurrent library.work_search
create index work_search on library.work using gin (search);
comment on text search configuration library.plain is 'Without accents and without stemming.';
-- down
alter table library.work drop column search;
drop text search configuration library.plain;
-- revision 0003_search_more
drop index library.work_search;
alter table library.work drop column search;
-- finds table-rewrite library.work.search
alter table library.work add column search tsvector generated always as (
  setweight(to_tsvector('library.plain'::regconfig, title), 'A') ||
  setweight(to_tsvector('library.plain'::regconfig, coalesce(subtitle, '')), 'B') ||
  setweight(to_tsvector('library.plain'::regconfig, abstract), 'C')) stored;
-- finds index-not-concurrent library.work_search
create index work_search on library.work using gin (search);
-- down
drop index library.work_search;
alter table library.work drop column search;
alter table library.work add column search tsvector generated always as (to_tsvector('library.plain'::regconfig, title)) stored;
create index work_search on library.work using gin (search);
-- revision 0004_find
create function library.find(words text, most int default 20) returns table (id int, title text, rank real) stable language sql as $$
  select w.id, w.title, ts_rank(w.search, q) from library.work w, websearch_to_tsquery('library.plain', words) q
  where w.search @@ q order by 3 desc limit most
$$;
comment on function library.find(text, int) is 'The best matches first.';
grant execute on function library.find(text, int) to public;
alter function library.find(text, int) rows 20;
-- down
drop function library.find(text, int);
-- revision 0005_editions
create domain library.isbn as char(13) constraint isbn_digits check (value ~ '^97[89][0-9]{10}$');
create table library.publisher (id int generated always as identity constraint publisher_pkey primary key, name text not null unique, city text);
create table library.edition (
  id int generated always as identity constraint edition_pkey primary key,
  work_id int not null references library.work,
  publisher_id int references library.publisher,
  isbn library.isbn constraint edition_isbn_key unique,
  year smallint,
  pages int constraint edition_pages check (pages > 0)
);
create index edition_work on library.edition (work_id);
create index edition_publisher on library.edition (publisher_id) where publisher_id is not null;
comment on domain library.isbn is 'Thirteen digits without hyphens.';
-- down
drop table library.edition;
drop table library.publisher;
drop domain library.isbn;
-- revision 0006_isbn_check
create function library.isbn_is_valid(isbn text) returns boolean immutable strict language sql as $$
  select sum(substr(isbn, i, 1)::int * case i % 2 when 1 then 1 else 3 end) % 10 = 0 from generate_series(1, 13) i
$$;
alter domain library.isbn add constraint isbn_sum check (library.isbn_is_valid(value)) not valid;
-- down
alter domain library.isbn drop constraint isbn_sum;
drop function library.isbn_is_valid(text);
-- revision 0007_isbn_checked
-- finds long-lock library.isbn
alter domain library.isbn validate constraint isbn_sum;
comment on constraint isbn_sum on domain library.isbn is 'The check digit.';
-- down
comment on constraint isbn_sum on domain library.isbn is null;
alter domain library.isbn drop constraint isbn_sum;
alter domain library.isbn add constraint isbn_sum check (library.isbn_is_valid(value)) not valid;
-- revision 0008_copies
create type library.condition as enum ('new', 'good', 'worn', 'lost');
create table library.copy (
  barcode text collate "C" constraint copy_pkey primary key,
  edition_id int not null references library.edition,
  condition library.condition not null default 'new',
  shelf text not null,
  bought_on date not null default current_date,
  price numeric(8, 2)
);
create index copy_edition on library.copy (edition_id) include (condition);
create index copy_shelf on library.copy (shelf text_pattern_ops);
comment on column library.copy.shelf is 'Dewey number and three letters.';
-- down
drop table library.copy;
drop type library.condition;
-- revision 0009_loans
create table library.reader (
  id int generated always as identity (start 10000) constraint reader_pkey primary key,
  card text not null constraint reader_card_key unique,
  name text not null,
  email text,
  blocked boolean not null default false
);
create table library.loan (
  id bigint generated always as identity constraint loan_pkey primary key,
  barcode text collate "C" not null references library.copy on update cascade,
  reader_id int not null references library.reader,
  lent_on date not null default current_date,
  due_on date not null,
  returned_on date,
  constraint loan_dates check (due_on >= lent_on and returned_on >= lent_on)
);
create unique index loan_open on library.loan (barcode) where returned_on is null;
create index loan_reader on library.loan (reader_id, lent_on desc);
comment on index library.loan_open is 'A copy is lent once.';
revoke all on library.reader from public;
-- down
drop table library.loan;
drop table library.reader;
-- revision 0010_due
create function library.set_due() returns trigger language plpgsql as $$
begin
  new.due_on := coalesce(new.due_on, new.lent_on + 28);
  return new;
end
$$;
create trigger loan_due before insert on library.loan for each row execute function library.set_due();
alter table library.loan alter column due_on drop not null;
-- down
alter table library.loan alter column due_on set not null;
drop trigger loan_due on library.loan;
drop function library.set_due();
-- revision 0011_due_required breaking
-- breaking makes library.loan.due_on not null
-- finds long-lock library.loan.due_on
alter table library.loan alter column due_on set not null;
-- down
alter table library.loan alter column due_on drop not null;
-- revision 0012_blocked
create function library.refuse_blocked() returns trigger language plpgsql as $$
begin
  if (select blocked from library.reader where id = new.reader_id) then
    raise exception 'reader % is blocked', new.reader_id using errcode = 'check_violation';
  end if;
  return new;
end
$$;
create trigger loan_blocked before insert on library.loan for each row execute function library.refuse_blocked();
alter trigger loan_blocked on library.loan rename to loan_a_blocked;
comment on trigger loan_a_blocked on library.loan is 'Fires before loan_due.';
-- down
drop trigger loan_a_blocked on library.loan;
drop function library.refuse_blocked();
-- revision 0013_fees
create table library.fee (
  id bigint generated by default as identity constraint fee_pkey primary key,
  reader_id int not null constraint fee_reader_fkey references library.reader on delete cascade,
  loan_id bigint constraint fee_loan_fkey references library.loan,
  amount numeric(6, 2) not null constraint fee_amount check (amount > 0),
  paid_on date
);
create index fee_open on library.fee (reader_id) where paid_on is null;
create view library.debt as select reader_id, sum(amount) as amount from library.fee where paid_on is null group by reader_id;
comment on view library.debt is 'What readers owe.';
-- down
drop view library.debt;
drop table library.fee;
-- revision 0014_fee_kind
alter table library.fee add column kind varchar(12) not null default 'late';
alter table library.fee alter column kind drop default;
alter table library.fee alter column kind set default 'late';
drop view library.debt;
alter table library.fee alter column amount type numeric(8, 2);
create view library.debt as select reader_id, sum(amount) as amount from library.fee where paid_on is null group by reader_id;
comment on view library.debt is 'What readers owe.';
-- down
drop view library.debt;
alter table library.fee alter column amount type numeric(6, 2);
create view library.debt as select reader_id, sum(amount) as amount from library.fee where paid_on is null group by reader_id;
comment on view library.debt is 'What readers owe.';
alter table library.fee drop column kind;
-- revision 0015_subjects
create extension ltree;
create table library.subject (
  path ltree constraint subject_pkey primary key,
  label text not null
);
create table library.work_subject (
  work_id int not null references library.work on delete cascade,
  path ltree not null references library.subject on update cascade,
  constraint work_subject_pkey primary key (work_id, path)
);
create index subject_tree on library.subject using gist (path);
insert into library.subject values ('science', 'Science'), ('science.physics', 'Physics'), ('arts', 'Arts');
grant select on library.subject to public;
-- down
drop table library.work_subject;
drop table library.subject;
drop extension ltree;
-- revision 0016_below
create function library.works_below(subject ltree) returns setof library.work stable language sql
  as $$ select distinct w.* from library.work w join library.work_subject s on s.work_id = w.id where s.path <@ subject $$;
create view library.subject_count as
  select s.path, s.label, count(w.work_id) as works from library.subject s left join library.work_subject w on w.path <@ s.path group by s.path;
-- down
drop view library.subject_count;
drop function library.works_below(ltree);
-- revision 0017_popular
create materialized view library.popular as
  select e.work_id, count(*) as loans from library.loan l join library.copy c using (barcode) join library.edition e on e.id = c.edition_id
  where l.lent_on > current_date - 365 group by e.work_id with no data;
create unique index popular_work on library.popular (work_id);
create index popular_loans on library.popular (loans desc);
alter materialized view library.popular set (autovacuum_enabled = true);
comment on column library.popular.loans is 'In the last year.';
-- down
drop materialized view library.popular;
-- revision 0018_popular_filled
refresh materialized view library.popular;
analyze library.popular;
-- down
refresh materialized view library.popular with no data;
-- revision 0019_popular_by_month breaking
-- breaking drops the column library.popular.loans
drop materialized view library.popular;
create materialized view library.popular as
  select e.work_id, date_trunc('month', l.lent_on)::date as month, count(*) as number
  from library.loan l join library.copy c using (barcode) join library.edition e on e.id = c.edition_id group by 1, 2;
create unique index popular_work on library.popular (work_id, month);
-- down
drop materialized view library.popular;
create materialized view library.popular as
  select e.work_id, count(*) as loans from library.loan l join library.copy c using (barcode) join library.edition e on e.id = c.edition_id
  where l.lent_on > current_date - 365 group by e.work_id;
create unique index popular_work on library.popular (work_id);
create index popular_loans on library.popular (loans desc);
alter materialized view library.popular set (autovacuum_enabled = true);
comment on column library.popular.loans is 'In the last year.';
-- revision 0020_soft_delete
alter table library.copy add column removed_on date;
create rule copy_remove as on delete to library.copy do instead
  update library.copy set removed_on = current_date where barcode = old.barcode;
comment on rule copy_remove on library.copy is 'Copies are never deleted.';
create view library.present_copy as select barcode, edition_id, condition, shelf from library.copy where removed_on is null;
grant select on library.present_copy to public;
-- down
drop view library.present_copy;
drop rule copy_remove on library.copy;
alter table library.copy drop column removed_on;
-- revision 0021_rule_to_trigger
drop rule copy_remove on library.copy;
create function library.remove_copy() returns trigger language plpgsql as $$
begin
  update library.copy set removed_on = current_date where barcode = old.barcode;
  return null;
end
$$;
create trigger copy_remove before delete on library.copy for each row execute function library.remove_copy();
-- down
drop trigger copy_remove on library.copy;
drop function library.remove_copy();
create rule copy_remove as on delete to library.copy do instead
  update library.copy set removed_on = current_date where barcode = old.barcode;
comment on rule copy_remove on library.copy is 'Copies are never deleted.';
-- revision 0022_damaged breaking
drop index library.copy_edition;
drop view library.present_copy;
alter table library.copy alter column condition drop default;
update library.copy set condition = 'worn' where condition = 'lost';
-- breaking removes 'lost' from the type library.condition
-- finds enum-value-removed library.condition
alter type library.condition rename to condition_old;
create type library.condition as enum ('new', 'good', 'worn', 'damaged');
-- finds table-rewrite library.copy.condition
alter table library.copy alter column condition type library.condition using condition::text::library.condition;
drop type library.condition_old;
alter table library.copy alter column condition set default 'new';
-- finds index-not-concurrent library.copy_edition
create index copy_edition on library.copy (edition_id) include (condition);
create view library.present_copy as select barcode, edition_id, condition, shelf from library.copy where removed_on is null;
grant select on library.present_copy to public;
-- down
drop index library.copy_edition;
drop view library.present_copy;
alter table library.copy alter column condition drop default;
update library.copy set condition = 'worn' where condition = 'damaged';
alter type library.condition rename to condition_old;
create type library.condition as enum ('new', 'good', 'worn', 'lost');
alter table library.copy alter column condition type library.condition using condition::text::library.condition;
drop type library.condition_old;
alter table library.copy alter column condition set default 'new';
create index copy_edition on library.copy (edition_id) include (condition);
create view library.present_copy as select barcode, edition_id, condition, shelf from library.copy where removed_on is null;
grant select on library.present_copy to public;
-- revision 0023_author_names
alter table library.author add column sort_name text;
update library.author set sort_name = regexp_replace(name, '^(.*) (\S+)$', '\2, \1');
create collation library.numeric_aware (provider = icu, locale = 'en-u-kn');
-- finds index-not-concurrent library.author_sort
create index author_sort on library.author (sort_name collate library.numeric_aware);
comment on collation library.numeric_aware is 'Volume 2 before volume 10.';
-- down
drop index library.author_sort;
drop collation library.numeric_aware;
alter table library.author drop column sort_name;
-- revision 0024_operator
create function library.is_like(a text, b text) returns boolean immutable strict language sql as 'select lower(a) = lower(b)';
create operator library.=~= (leftarg = text, rightarg = text, function = library.is_like, commutator = operator(library.=~=));
comment on operator library.=~= (text, text) is 'Equal but for case.';
-- down
drop operator library.=~= (text, text);
drop function library.is_like(text, text);
-- revision 0025_concatenate
create aggregate library.joined(text) (sfunc = textcat, stype = text, initcond = '');
create aggregate library.first_of(text) (sfunc = array_append, stype = text[], initcond = '{}');
alter aggregate library.joined(text) rename to concatenated;
-- down
drop aggregate library.first_of(text);
drop aggregate library.concatenated(text);
-- revision 0026_statistics
create statistics library.edition_work_year (ndistinct, dependencies, mcv) on work_id, year from library.edition;
create statistics library.work_initial on (left(title, 1)) from library.work;
alter table library.work alter column language set statistics 20;
alter table library.edition alter column work_id set (n_distinct = -0.4);
analyze library.work (language);
-- down
alter table library.edition alter column work_id reset (n_distinct);
alter table library.work alter column language set statistics -1;
drop statistics library.work_initial;
drop statistics library.edition_work_year;
-- revision 0027_storage
alter table library.work alter column abstract set storage main;
alter table library.work alter column abstract set compression pglz;
alter table library.loan set (fillfactor = 90, parallel_workers = 2);
alter index library.work_search set (fastupdate = off);
alter index library.loan_reader set (fillfactor = 80);
-- down
alter index library.loan_reader reset (fillfactor);
alter index library.work_search reset (fastupdate);
alter table library.loan reset (fillfactor, parallel_workers);
alter table library.work alter column abstract set compression default;
alter table library.work alter column abstract set storage extended;
-- revision 0028_copies_feed
create publication library_catalog for table library.work (id, title, language), library.edition with (publish = 'insert, update, delete, truncate');
alter publication library_catalog drop table library.edition;
alter publication library_catalog rename to library_works;
-- down
drop publication library_works;
-- revision 0029_staff
grant usage on schema library to pg_read_all_stats;
grant select, insert, update on library.loan to pg_read_all_stats with grant option;
grant select (barcode, shelf), update (shelf) on library.copy to pg_read_all_stats;
alter default privileges in schema library grant execute on functions to pg_read_all_stats;
-- down
alter default privileges in schema library revoke execute on functions from pg_read_all_stats;
revoke select (barcode, shelf), update (shelf) on library.copy from pg_read_all_stats;
revoke select, insert, update on library.loan from pg_read_all_stats;
revoke usage on schema library from pg_read_all_stats;
-- revision 0030_reservations
create unlogged table library.hold (
  work_id int not null references library.work on delete cascade,
  reader_id int not null references library.reader on delete cascade,
  placed_at timestamptz not null default now(),
  constraint hold_pkey primary key (work_id, reader_id)
);
create index hold_order on library.hold (work_id, placed_at);
alter table library.hold enable row level security;
create policy hold_own on library.hold using (reader_id = nullif(current_setting('library.reader', true), '')::int);
comment on table library.hold is 'Readers who wait.';
-- down
drop table library.hold;
-- revision 0031_holds_survive
-- finds table-rewrite library.hold
alter table library.hold set logged;
alter policy hold_own on library.hold to pg_monitor, pg_read_all_stats;
create policy hold_desk on library.hold as permissive for select to public using (true);
-- down
drop policy hold_desk on library.hold;
alter policy hold_own on library.hold to public;
alter table library.hold set unlogged;
-- revision 0032_year_text breaking
-- breaking changes the type of library.work.published from int2 to text
-- finds table-rewrite library.work.published
alter table library.work alter column published type text;
-- down
alter table library.work alter column published type smallint using published::smallint;
