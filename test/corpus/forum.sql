-- plugin forum
-- revision 0001_boards
create table forum_user (
  id serial constraint forum_user_pkey primary key,
  name varchar(30) not null,
  password char(60),
  joined timestamp not null default now(),
  posts int not null default 0,
  signature varchar(255) not null default ''
);
create table forum_board (
  id serial constraint forum_board_pkey primary key,
  title varchar(80) not null,
  description text,
  position smallint not null default 0,
  locked boolean not null default false
);
create table forum_topic (
  id serial constraint forum_topic_pkey primary key,
  board_id int not null constraint forum_topic_board_fkey references forum_board,
  title varchar(120) not null,
  author_id int constraint forum_topic_author_fkey references forum_user on delete set null,
  pinned boolean not null default false,
  created timestamp not null default now(),
  views int not null default 0
);
create table forum_post (
  id serial constraint forum_post_pkey primary key,
  topic_id int not null constraint forum_post_topic_fkey references forum_topic on delete cascade,
  author_id int constraint forum_post_author_fkey references forum_user on delete set null,
  body text not null,
  created timestamp not null default now(),
  edited timestamp,
  ip varchar(39)
);
create unique index forum_user_name on forum_user (lower(name));
create index forum_topic_board on forum_topic (board_id, pinned desc, created desc);
create index forum_post_topic on forum_post (topic_id, created);
comment on table forum_board is 'A part of the forum.';
comment on table forum_post is 'The first post of a topic is its text.';
-- down
drop table forum_post, forum_topic, forum_board, forum_user;
-- revision 0002_long_signatures
alter table forum_user alter column signature type varchar(1000);
alter table forum_user alter column name type varchar(40);
-- down
alter table forum_user alter column name type varchar(30);
alter table forum_user alter column signature type varchar(255);
-- revision 0003_ip_as_inet breaking
-- breaking changes the type of forum_post.ip from varchar(39) to inet
-- finds narrower-type forum_post.ip
-- finds table-rewrite forum_post.ip
alter table forum_post alter column ip type inet using nullif(ip, '')::inet;
-- down
alter table forum_post alter column ip type varchar(39) using host(ip);
-- revision 0004_utc
set local timezone = 'UTC';
alter table forum_user alter column joined type timestamptz;
alter table forum_topic alter column created type timestamptz;
alter table forum_post alter column created type timestamptz, alter column edited type timestamptz;
-- down
set local timezone = 'UTC';
alter table forum_post alter column created type timestamp, alter column edited type timestamp;
alter table forum_topic alter column created type timestamp;
alter table forum_user alter column joined type timestamp;
-- revision 0005_counts
alter table forum_topic add column replies int not null default 0;
alter table forum_topic add column last_post timestamptz;
create function forum_count() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    update forum_topic set replies = replies + 1, last_post = new.created where id = new.topic_id;
    update forum_user set posts = posts + 1 where id = new.author_id;
  else
    update forum_topic set replies = replies - 1 where id = old.topic_id;
  end if;
  return null;
end
$$;
create trigger forum_post_count after insert or delete on forum_post for each row execute function forum_count();
update forum_topic t set replies = (select count(*) - 1 from forum_post p where p.topic_id = t.id),
  last_post = (select max(created) from forum_post p where p.topic_id = t.id);
comment on function forum_count is 'Counts of topics and users.';
comment on column forum_topic.replies is 'Without the first post.';
-- down
drop trigger forum_post_count on forum_post;
drop function forum_count();
alter table forum_topic drop column last_post, drop column replies;
-- revision 0006_last_post_index
drop index forum_topic_board;
-- finds index-not-concurrent forum_topic_recent
create index forum_topic_recent on forum_topic (board_id, pinned desc, last_post desc nulls last);
-- down
drop index forum_topic_recent;
create index forum_topic_board on forum_topic (board_id, pinned desc, created desc);
-- revision 0007_moderators
create table forum_moderator (
  board_id int not null references forum_board on delete cascade,
  user_id int not null references forum_user on delete cascade,
  constraint forum_moderator_pkey primary key (board_id, user_id)
);
create table forum_ban (
  user_id int not null references forum_user on delete cascade,
  board_id int references forum_board on delete cascade,
  until date not null default 'infinity',
  reason text not null
);
create unique index forum_ban_key on forum_ban (user_id, coalesce(board_id, 0));
comment on column forum_ban.board_id is 'Null: everywhere.';
grant select on forum_moderator to public;
-- down
drop table forum_ban;
drop table forum_moderator;
-- revision 0008_policies
alter table forum_post enable row level security;
create function forum_me() returns int stable parallel safe language sql as $$ select nullif(current_setting('forum.user', true), '')::int $$;
create function forum_moderates(board int) returns boolean stable language sql security definer set search_path = public as $$
  select exists (select from forum_moderator where board_id = board and user_id = forum_me())
$$;
create policy forum_post_read on forum_post for select using (true);
create policy forum_post_write on forum_post for insert with check (author_id = forum_me());
create policy forum_post_edit on forum_post for update using (author_id = forum_me());
create policy forum_post_moderate on forum_post using (
  exists (select from forum_topic t where t.id = topic_id and forum_moderates(t.board_id)));
comment on policy forum_post_moderate on forum_post is 'Moderators may do everything.';
comment on function forum_me() is 'Set by the web server.';
-- down
drop policy forum_post_moderate on forum_post;
drop policy forum_post_edit on forum_post;
drop policy forum_post_write on forum_post;
drop policy forum_post_read on forum_post;
drop function forum_moderates(int);
drop function forum_me();
alter table forum_post disable row level security;
-- revision 0009_banned_cannot_write
create policy forum_post_banned on forum_post as restrictive for insert with check (
  not exists (select from forum_ban b where b.user_id = author_id and b.until > current_date));
alter policy forum_post_edit on forum_post with check (author_id = forum_me());
alter policy forum_post_read on forum_post to public using (edited is null or edited > created);
-- down
alter policy forum_post_read on forum_post to public using (true);
drop policy forum_post_edit on forum_post;
create policy forum_post_edit on forum_post for update using (author_id = forum_me());
drop policy forum_post_banned on forum_post;
-- revision 0010_read_marks
create table forum_read (
  user_id int not null references forum_user on delete cascade,
  topic_id int not null references forum_topic on delete cascade,
  post_id int not null,
  constraint forum_read_pkey primary key (user_id, topic_id)
) with (fillfactor = 60);
alter table forum_read set unlogged;
create rule forum_read_replace as on insert to forum_read
  where exists (select from forum_read r where r.user_id = new.user_id and r.topic_id = new.topic_id)
  do instead update forum_read r set post_id = greatest(r.post_id, new.post_id) where r.user_id = new.user_id and r.topic_id = new.topic_id;
comment on rule forum_read_replace on forum_read is 'There was no on conflict then.';
-- down
drop table forum_read;
-- revision 0011_on_conflict
drop rule forum_read_replace on forum_read;
-- finds table-rewrite forum_read
alter table forum_read set logged;
-- down
alter table forum_read set unlogged;
create rule forum_read_replace as on insert to forum_read
  where exists (select from forum_read r where r.user_id = new.user_id and r.topic_id = new.topic_id)
  do instead update forum_read r set post_id = greatest(r.post_id, new.post_id) where r.user_id = new.user_id and r.topic_id = new.topic_id;
comment on rule forum_read_replace on forum_read is 'There was no on conflict then.';
-- revision 0012_bigger_posts
-- finds table-rewrite forum_post.id
alter table forum_post alter column id type bigint;
alter sequence forum_post_id_seq as bigint;
-- finds table-rewrite forum_read.post_id
alter table forum_read alter column post_id type bigint;
-- down
alter table forum_read alter column post_id type int;
alter sequence forum_post_id_seq as int;
alter table forum_post alter column id type int;
-- revision 0013_search
alter table forum_post add column words tsvector;
create trigger forum_post_words before insert or update on forum_post
  for each row execute function tsvector_update_trigger(words, 'pg_catalog.english', body);
update forum_post set words = to_tsvector('english', body) where words is null;
-- down
drop trigger forum_post_words on forum_post;
alter table forum_post drop column words;
-- revision 0014_search_index outside
-- check select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('forum_post_words_index')), false)
create index concurrently forum_post_words_index on forum_post using gin (words);
-- down
drop index concurrently forum_post_words_index;
-- revision 0015_password_text breaking
-- finds table-rewrite forum_user.password
alter table forum_user alter column password type text;
-- breaking renames the column forum_user.password
-- finds rename forum_user.password
alter table forum_user rename column password to password_hash;
revoke select (password_hash) on forum_user from public;
-- down
alter table forum_user rename column password_hash to password;
alter table forum_user alter column password type char(60);
-- revision 0016_attachments
create table forum_attachment (
  id uuid default gen_random_uuid() constraint forum_attachment_pkey primary key,
  post_id bigint constraint forum_attachment_post_fkey references forum_post on delete cascade,
  file_name text not null,
  bytes int not null,
  data bytea,
  constraint forum_attachment_size check (bytes <= 10485760)
);
alter table forum_attachment alter column data set storage external, alter column file_name set compression pglz;
create index forum_attachment_post on forum_attachment (post_id);
comment on column forum_attachment.data is 'Moved to files later.';
-- down
drop table forum_attachment;
-- revision 0017_attachment_post_required breaking
delete from forum_attachment where post_id is null;
-- breaking makes forum_attachment.post_id not null
-- finds long-lock forum_attachment.post_id
alter table forum_attachment alter column post_id set not null;
-- down
alter table forum_attachment alter column post_id drop not null;
-- revision 0018_reactions
create type forum_reaction as enum ('like', 'laugh', 'sad');
create table forum_post_reaction (
  post_id bigint not null references forum_post on delete cascade,
  user_id int not null references forum_user on delete cascade,
  reaction forum_reaction not null,
  constraint forum_post_reaction_pkey primary key (post_id, user_id)
);
create index forum_post_reaction_user on forum_post_reaction (user_id);
create view forum_reaction_count as select post_id, reaction, count(*) as number from forum_post_reaction group by post_id, reaction;
comment on type forum_reaction is 'Three are enough.';
grant select on forum_reaction_count to public;
-- down
drop view forum_reaction_count;
drop table forum_post_reaction;
drop type forum_reaction;
-- revision 0019_four_reactions
alter type forum_reaction add value 'angry';
alter type forum_reaction add value 'thanks' before 'laugh';
-- down
drop view forum_reaction_count;
alter type forum_reaction rename to forum_reaction_old;
create type forum_reaction as enum ('like', 'laugh', 'sad');
alter table forum_post_reaction alter column reaction type forum_reaction using reaction::text::forum_reaction;
drop type forum_reaction_old;
comment on type forum_reaction is 'Three are enough.';
create view forum_reaction_count as select post_id, reaction, count(*) as number from forum_post_reaction group by post_id, reaction;
grant select on forum_reaction_count to public;
-- revision 0020_polls
create table forum_poll (
  topic_id int constraint forum_poll_pkey primary key references forum_topic on delete cascade,
  question text not null,
  closes_at timestamptz,
  multiple boolean not null default false
);
create table forum_poll_option (
  topic_id int not null references forum_poll on delete cascade,
  number smallint not null,
  label text not null,
  constraint forum_poll_option_pkey primary key (topic_id, number)
);
create table forum_poll_vote (
  topic_id int not null,
  number smallint not null,
  user_id int not null references forum_user on delete cascade,
  constraint forum_poll_vote_pkey primary key (topic_id, user_id, number),
  constraint forum_poll_vote_option_fkey foreign key (topic_id, number) references forum_poll_option on delete cascade
);
alter table forum_poll_vote enable row level security;
create policy forum_poll_vote_own on forum_poll_vote using (user_id = forum_me());
comment on table forum_poll_vote is 'Secret.';
-- down
drop table forum_poll_vote;
drop table forum_poll_option;
drop table forum_poll;
-- revision 0021_board_tree
alter table forum_board add column parent_id int constraint forum_board_parent_fkey references forum_board;
alter table forum_board add constraint forum_board_not_own check (parent_id <> id) not valid;
create view forum_board_tree as
  with recursive tree as (
    select id, title, 0 as depth from forum_board where parent_id is null
    union all select b.id, b.title, t.depth + 1 from forum_board b join tree t on t.id = b.parent_id)
  select id, title, depth from tree;
-- down
drop view forum_board_tree;
alter table forum_board drop column parent_id;
-- revision 0022_tree_checked
alter table forum_board validate constraint forum_board_not_own;
-- finds long-lock forum_board_position_key
alter table forum_board add constraint forum_board_position_key unique nulls not distinct (parent_id, position) deferrable initially deferred;
-- down
alter table forum_board drop constraint forum_board_position_key;
alter table forum_board drop constraint forum_board_not_own;
alter table forum_board add constraint forum_board_not_own check (parent_id <> id) not valid;
-- revision 0023_activity
create materialized view forum_activity as
  select author_id, count(*) as posts, max(created) as last_post from forum_post where created > now() - interval '30 days' group by author_id;
create unique index forum_activity_author on forum_activity (author_id);
create function forum_rank(posts int) returns text immutable language sql
  as $$ select case when posts < 10 then 'new' when posts < 1000 then 'regular' else 'veteran' end $$;
comment on materialized view forum_activity is 'Refreshed each hour.';
grant select on forum_activity to pg_read_all_stats;
-- down
drop function forum_rank(int);
drop materialized view forum_activity;
-- revision 0024_rank_column
-- finds table-rewrite forum_user.rank
alter table forum_user add column rank text generated always as (forum_rank(posts)) stored;
-- finds index-not-concurrent forum_user_rank
create index forum_user_rank on forum_user (rank);
-- down
alter table forum_user drop column rank;
-- revision 0025_no_rank breaking
-- breaking drops the column forum_user.rank
alter table forum_user drop column rank;
-- breaking drops the function forum_rank
drop function forum_rank(int);
-- down
create function forum_rank(posts int) returns text immutable language sql
  as $$ select case when posts < 10 then 'new' when posts < 1000 then 'regular' else 'veteran' end $$;
alter table forum_user add column rank text generated always as (forum_rank(posts)) stored;
create index forum_user_rank on forum_user (rank);
-- revision 0026_messages
create table forum_message (
  id bigint generated always as identity constraint forum_message_pkey primary key,
  from_id int constraint forum_message_from_fkey references forum_user on delete set null,
  to_id int not null constraint forum_message_to_fkey references forum_user on delete cascade,
  body text not null,
  sent_at timestamptz not null default now(),
  read_at timestamptz
);
create index forum_message_unread on forum_message (to_id) where read_at is null;
alter table forum_message enable row level security;
alter table forum_message force row level security;
create policy forum_message_mine on forum_message for all using (forum_me() in (from_id, to_id)) with check (from_id = forum_me());
revoke all on forum_message from public;
-- down
drop table forum_message;
-- revision 0027_threads
alter table forum_message add column thread_id bigint;
update forum_message set thread_id = id where thread_id is null;
-- finds index-not-concurrent forum_message_thread
create index forum_message_thread on forum_message (thread_id);
-- down
alter table forum_message drop column thread_id;
-- revision 0028_statistics
create statistics forum_post_author_topic (ndistinct) on author_id, topic_id from forum_post;
alter table forum_post alter column topic_id set statistics 400;
alter table forum_post set (autovacuum_vacuum_threshold = 1000, toast.autovacuum_enabled = true);
alter table forum_topic set (fillfactor = 80);
comment on statistics forum_post_author_topic is 'Few people write in each topic.';
-- down
alter table forum_topic reset (fillfactor);
alter table forum_post reset (autovacuum_vacuum_threshold, toast.autovacuum_enabled);
alter table forum_post alter column topic_id set statistics -1;
drop statistics forum_post_author_topic;
-- revision 0029_identity
alter table forum_user alter column id drop default;
drop sequence forum_user_id_seq;
alter table forum_user alter column id add generated always as identity (start with 50000);
-- down
alter table forum_user alter column id drop identity;
create sequence forum_user_id_seq as int owned by forum_user.id;
alter table forum_user alter column id set default nextval('forum_user_id_seq');
-- revision 0030_views_apart
create table forum_topic_view (topic_id int constraint forum_topic_view_pkey primary key references forum_topic on delete cascade, views bigint not null default 0);
insert into forum_topic_view select id, views from forum_topic;
create publication forum_posts for table forum_post (id, topic_id, body, created), forum_topic;
-- down
drop publication forum_posts;
drop table forum_topic_view;
-- revision 0031_no_views breaking
-- breaking drops the column forum_topic.views
-- headwater-lint: allow data-loss: copied to forum_topic_view
alter table forum_topic drop column views;
-- down
alter table forum_topic add column views int not null default 0;
-- revision 0032_clear_reads
-- finds data-loss forum_read
truncate forum_read;
-- finds data-loss forum_ban
truncate table only forum_ban restart identity;
-- down
select 1;
