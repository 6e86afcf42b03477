-- plugin notes
-- revision 0001_tenants
create table tenant (id int generated always as identity primary key, name text not null);
create table member (
  id int generated always as identity primary key,
  tenant_id int not null references tenant,
  login text not null,
  role text not null default 'reader' check (role in ('reader', 'writer', 'admin')),
  unique (tenant_id, login)
);
create table note (
  id bigint generated always as identity primary key,
  tenant_id int not null references tenant,
  author_id int references member,
  title text not null,
  body text,
  created_at timestamptz not null default now()
);
create index note_tenant on note (tenant_id, created_at desc);
-- down
drop table note;
drop table member;
drop table tenant;
-- revision 0002_policies
alter table note enable row level security;
alter table note force row level security;
create function current_tenant() returns int stable language sql as $$ select current_setting('app.tenant', true)::int $$;
create policy note_read on note for select using (tenant_id = current_tenant());
create policy note_write on note for all using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
alter table note alter column tenant_id set default current_tenant();
-- down
alter table note alter column tenant_id drop default;
drop policy note_write on note;
drop policy note_read on note;
drop function current_tenant();
alter table note no force row level security;
alter table note disable row level security;
-- revision 0003_restrict
drop policy note_write on note;
create policy note_write on note for update using (tenant_id = current_tenant());
create policy note_insert on note for insert with check (tenant_id = current_tenant());
alter policy note_read on note to public;
-- down
drop policy note_insert on note;
drop policy note_write on note;
create policy note_write on note for all using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
-- revision 0004_search
-- finds table-rewrite note.search
alter table note add column search tsvector
  generated always as (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', coalesce(body, ''))) stored;
-- finds index-not-concurrent note_search
create index note_search on note using gin (search);
-- down
alter table note drop column search;
-- revision 0005_search_german
drop index note_search;
alter table note drop column search;
-- finds table-rewrite note.search
alter table note add column search tsvector generated always as (to_tsvector('german', title || ' ' || coalesce(body, ''))) stored;
-- finds index-not-concurrent note_search
create index note_search on note using gin (search);
-- down
alter table note drop column search;
alter table note add column search tsvector
  generated always as (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', coalesce(body, ''))) stored;
create index note_search on note using gin (search);
-- revision 0006_tags
create table tag (tenant_id int not null, name text not null, primary key (tenant_id, name));
create table note_tag (note_id bigint not null references note on delete cascade, tenant_id int not null, tag text not null,
  foreign key (tenant_id, tag) references tag (tenant_id, name) on update cascade);
alter table note_tag add primary key (note_id, tag);
-- down
drop table note_tag;
drop table tag;
-- revision 0007_attachments
create table attachment (id uuid primary key default gen_random_uuid(), note_id bigint not null references note, name text not null, bytes bytea not null);
-- down
drop table attachment;
-- revision 0008_attachments_as_links breaking
alter table attachment add column url text;
-- breaking drops the column attachment.bytes
-- finds data-loss attachment.bytes
alter table attachment drop column bytes;
-- down
alter table attachment add column bytes bytea not null default '';
alter table attachment alter column bytes drop default;
alter table attachment drop column url;
-- revision 0009_roles_as_enum breaking
create type member_role as enum ('reader', 'writer', 'admin');
alter table member drop constraint member_role_check, alter column role drop default;
-- breaking changes the type of member.role from text to member_role
-- finds narrower-type member.role, table-rewrite member.role
alter table member alter column role type member_role using role::member_role;
alter table member alter column role set default 'reader';
-- down
alter table member alter column role drop default;
alter table member alter column role type text;
alter table member alter column role set default 'reader', add constraint member_role_check check (role in ('reader', 'writer', 'admin'));
drop type member_role;
-- revision 0010_role_owner
alter type member_role add value 'owner' before 'admin';
-- down
alter table member alter column role drop default;
alter type member_role rename to member_role_old;
create type member_role as enum ('reader', 'writer', 'admin');
alter table member alter column role type member_role using role::text::member_role;
alter table member alter column role set default 'reader';
drop type member_role_old;
-- revision 0011_drop_writer breaking
update member set role = 'admin' where role = 'writer';
alter table member alter column role drop default;
-- breaking removes 'writer' from the type member_role
-- finds enum-value-removed member_role
alter type member_role rename to member_role_old;
create type member_role as enum ('reader', 'owner', 'admin');
-- finds table-rewrite member.role
alter table member alter column role type member_role using role::text::member_role;
alter table member alter column role set default 'reader';
drop type member_role_old;
-- down
alter table member alter column role drop default;
alter type member_role rename to member_role_old;
create type member_role as enum ('reader', 'writer', 'owner', 'admin');
alter table member alter column role type member_role using role::text::member_role;
alter table member alter column role set default 'reader';
drop type member_role_old;
-- revision 0012_login_is_text
create extension if not exists citext;
alter table member alter column login type citext;
-- down
alter table member alter column login type text;
drop extension citext;
-- revision 0013_soft_delete
alter table note add column deleted_at timestamptz;
drop policy note_read on note;
create policy note_read on note for select using (tenant_id = current_tenant() and deleted_at is null);
create view visible_note with (security_invoker) as select * from note where deleted_at is null;
-- down
drop view visible_note;
drop policy note_read on note;
create policy note_read on note for select using (tenant_id = current_tenant());
alter table note drop column deleted_at;
-- revision 0014_copy_and_swap
alter table tag rename to tag_old;
create table tag (tenant_id int not null references tenant, name text not null, color text, primary key (tenant_id, name));
insert into tag (tenant_id, name) select tenant_id, name from tag_old;
alter table note_tag drop constraint note_tag_tenant_id_tag_fkey;
drop table tag_old;
alter table note_tag add constraint note_tag_tenant_id_tag_fkey foreign key (tenant_id, tag) references tag on update cascade not valid;
-- down
alter table note_tag drop constraint note_tag_tenant_id_tag_fkey;
alter table tag drop constraint tag_tenant_id_fkey, drop column color;
alter table tag rename constraint tag_pkey1 to tag_pkey;
alter table note_tag add constraint note_tag_tenant_id_tag_fkey foreign key (tenant_id, tag) references tag (tenant_id, name) on update cascade;
-- revision 0015_owner
grant select, insert on note to pg_monitor;
-- down
revoke select, insert on note from pg_monitor;
