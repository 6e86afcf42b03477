/** The names that a random change may rename. */
export interface PieceNames {
  /** The table `shop_item`. */
  readonly item: string;
  /** Its column `name`. */
  readonly name: string;
}

/** Hand-written SQL of one class of objects, in variants of which a random schema contains at most one. */
export interface SchemaPiece {
  readonly name: string;
  /** The pieces without which it cannot be created, with the variants that suffice; an empty list means any. Default: none. */
  readonly needs?: Readonly<Record<string, readonly number[]>>;
  /** The column of `shop_item` that the piece is dropped with. Default: none. */
  readonly droppedWith?: 'spare';
  readonly variants: (names: PieceNames) => readonly string[];
}

const piece = (
  name: string,
  variants: SchemaPiece['variants'],
  more: Omit<SchemaPiece, 'name' | 'variants'> = {},
): SchemaPiece => ({ name, variants, ...more });

/** A piece whose variants are the same with all names. */
const fixed = (name: string, variants: readonly string[], needs: SchemaPiece['needs'] = {}): SchemaPiece =>
  piece(name, () => variants, { needs });

const triggerFunction = `language plpgsql as 'begin return coalesce(new, old); end'`;

/**
 * Pieces of all classes of objects, in an order in which they can be created. They are on the tables `shop_item` and
 * `shop_part`, which entities declare, or on tables of their own. Every name starts with `x_`.
 */
export const schemaPieces: readonly SchemaPiece[] = [
  // First, since default privileges apply to the functions of extensions, whose privileges are not compared.
  fixed('extension', [
    `create extension citext; create extension pg_trgm;`,
    `create schema x_ext; create extension citext schema x_ext; create extension pg_trgm schema x_ext;`,
  ]),
  fixed('schema', [
    `create schema x_s;`,
    `create schema x_s; comment on schema x_s is 'a schema'; grant usage on schema x_s to public;`,
    `create schema x_s; grant usage, create on schema x_s to pg_monitor; grant usage on schema x_s to pg_read_all_data with grant option;`,
  ]),
  fixed('schema public', [
    `comment on schema public is 'everything'; grant create on schema public to pg_monitor;`,
    `revoke usage on schema public from public;`,
  ]),
  fixed('default privileges', [
    `alter default privileges grant execute on functions to pg_monitor;`,
    `alter default privileges revoke execute on functions from public;`,
  ]),
  fixed(
    'default privileges in a schema',
    [
      `alter default privileges in schema x_s grant select on tables to pg_monitor;`,
      `alter default privileges in schema x_s grant usage on sequences to public; alter default privileges in schema x_s grant select, insert on tables to pg_monitor with grant option;`,
    ],
    { schema: [] },
  ),
  fixed('collation', [
    `create collation x_c (provider = icu, locale = 'de', deterministic = false);`,
    `create collation x_c (provider = icu, locale = 'sv'); comment on collation x_c is 'swedish';`,
    `create collation x_c (locale = 'C');`,
  ]),
  fixed('enum', [
    `create type x_e as enum ('a', 'b');`,
    `create type x_e as enum ('a', 'b', 'c'); comment on type x_e is 'letters'; revoke usage on type x_e from public;`,
    `create type x_e as enum ('b', 'a');`,
  ]),
  fixed('domain', [
    `create domain x_d as int check (value > 0);`,
    `create domain x_d as int not null default 7 constraint x_d_low check (value > 0) constraint x_d_high check (value < 9);`,
    `create domain x_d as int constraint x_d_check check (value > 0); comment on constraint x_d_check on domain x_d is 'positive';
      comment on domain x_d is 'a domain'; revoke all on domain x_d from public;`,
    `create domain x_d as int; alter domain x_d add constraint x_d_nv check (value > 1) not valid;`,
    `create domain x_d as numeric(8, 2);`,
  ]),
  fixed('domain over an enum', [`create domain x_de as x_e;`, `create domain x_de as x_e check (value <> 'b');`], {
    enum: [],
  }),
  fixed('domain over a domain', [`create domain x_dd as x_d;`, `create domain x_dd as x_d default 3;`], { domain: [] }),
  fixed('composite type', [
    `create type x_t as (a int, b text);`,
    `create type x_t as (a int, b text collate "C", c numeric(6, 2)); comment on type x_t is 'three'; comment on column x_t.a is 'first';`,
    `create type x_t as (b text, a int);`,
  ]),
  fixed('range', [
    `create type x_r as range (subtype = float8, subtype_diff = float8mi);`,
    `create type x_r as range (subtype = text, collation = "C"); comment on type x_r is 'texts';`,
    `create type x_r as range (subtype = float8, multirange_type_name = x_multi);`,
  ]),
  fixed('sequence', [
    `create sequence x_q;`,
    `create sequence x_q as smallint increment -3 minvalue -100 maxvalue 100 start 9 cache 4 cycle; comment on sequence x_q is 'down';`,
    `create unlogged sequence x_q; grant usage on sequence x_q to pg_monitor; grant all on sequence x_q to public;`,
  ]),
  fixed('function', [
    `create function x_f(n int) returns int language sql immutable as 'select n + 1';`,
    `create function x_f(n int) returns int language sql immutable strict parallel safe cost 7 set search_path = '' as 'select n + 2';
      comment on function x_f(int) is 'adds'; revoke execute on function x_f(int) from public; grant execute on function x_f(int) to pg_monitor;`,
    `create function x_f(n int, variadic more int[] default '{}') returns int language plpgsql security definer leakproof as 'begin return n; end';`,
    `create function x_f(n int) returns int language sql immutable begin atomic select n + 3; end;`,
    `create function x_f(n int, out a int, out b text) returns setof record language sql rows 5 as $$select n, 'x'$$;`,
  ]),
  fixed('procedure', [
    `create procedure x_p(n int) language sql as 'select n';`,
    `create procedure x_p(inout n int) language plpgsql as 'begin n := 2; end'; comment on procedure x_p(int) is 'does'; grant execute on procedure x_p(int) to pg_monitor;`,
  ]),
  fixed('aggregate', [
    `create aggregate x_a(int) (sfunc = int4pl, stype = int, initcond = '0');`,
    `create aggregate x_a(int) (sfunc = int4pl, stype = int, combinefunc = int4pl, parallel = safe); comment on aggregate x_a(int) is 'sum';
      revoke execute on function x_a(int) from public;`,
    `create function x_step(int, int) returns int language sql as 'select $1'; create aggregate x_a(int) (sfunc = x_step, stype = int, msfunc = x_step, minvfunc = x_step, mstype = int);`,
  ]),
  fixed('table', [
    `create table x_log (id int primary key, label text, n int);`,
    `create table x_log (id int generated always as identity (start 5 increment 2) primary key, label text collate "C" default 'x' not null, n int check (n > 0));`,
    `create unlogged table x_log (id serial, label varchar(9), n int, twice int generated always as (n * 2) stored, unique (id) with (fillfactor = 80));`,
    `create table x_log (id bigint primary key, label text, n int) with (fillfactor = 60, autovacuum_enabled = false); comment on table x_log is 'a log';
      comment on column x_log.n is 'number'; create index x_log_n on x_log (n desc nulls last) include (label); comment on index x_log_n is 'by number';`,
    `create table x_log (id int constraint x_key primary key deferrable initially deferred, label text, n int, constraint x_not check (n <> 2) no inherit,
      constraint x_free unique nulls not distinct (n, id), constraint x_gist exclude using gist (int4range(id, n) with &&) where (id > 3));
      comment on constraint x_not on x_log is 'two'; alter table x_log add constraint x_late check (n < 90) not valid;`,
  ]),
  fixed(
    'column privileges of a table',
    [
      `grant select (label), update (n) on x_log to pg_monitor;`,
      `grant all (label) on x_log to public; grant insert (id) on x_log to pg_monitor with grant option; revoke insert on x_log from current_user;`,
    ],
    { table: [] },
  ),
  fixed(
    'column settings of a table',
    [
      `alter table x_log alter label set storage external, alter label set statistics 50;`,
      `alter table x_log alter label set storage main, alter label set compression pglz, alter n set (n_distinct = -0.5, n_distinct_inherited = 3);`,
    ],
    { table: [] },
  ),
  fixed(
    'table settings',
    [
      `alter table x_log set (toast.autovacuum_enabled = false); alter table x_log replica identity full;`,
      `alter table x_log replica identity nothing; alter table x_log enable row level security;`,
      `alter table x_log force row level security; alter table x_log enable row level security; alter table x_log set (parallel_workers = 3);`,
      `alter table x_log force row level security;`,
    ],
    { table: [] },
  ),
  fixed(
    'clustering and replica identity by an index',
    [
      `create unique index x_i on x_log (id, n); alter table x_log alter n set not null, alter id set not null; alter table x_log cluster on x_i;`,
      `create unique index x_i on x_log (n); alter table x_log alter n set not null; alter table x_log replica identity using index x_i;`,
    ],
    { table: [] },
  ),
  fixed(
    'indexes of a table',
    [
      `create index x_lower on x_log (lower(label) text_pattern_ops, n desc) where n > 3;`,
      `create index x_lower on x_log using hash (label) with (fillfactor = 70);`,
      `create index x_lower on x_log ((n + 1)) with (deduplicate_items = off); alter index x_lower alter column 1 set statistics 400; comment on index x_lower is 'sum';`,
      `create index x_lower on x_log using brin (n) with (pages_per_range = 16, autosummarize = on);`,
      `create unique index x_lower on x_log (label collate "C", n) nulls not distinct;`,
    ],
    { table: [] },
  ),
  fixed(
    'column of a type',
    [
      `alter table x_log add e x_e default 'a', add es x_e[];`,
      `alter table x_log add e x_e not null default 'b'; create index x_e_index on x_log (e) where e = 'a';`,
    ],
    { enum: [], table: [] },
  ),
  fixed(
    'inheritance',
    [
      `create table x_child (extra int) inherits (x_log);`,
      `create table x_child (extra int default 4, check (extra > 1)) inherits (x_log); comment on column x_child.label is 'inherited';`,
      `create table x_child (like x_log);`,
    ],
    { table: [] },
  ),
  fixed(
    'owned sequence',
    [
      `create sequence x_own owned by x_log.n;`,
      `create sequence x_own increment 5 owned by x_log.n; alter table x_log alter n set default nextval('x_own'); comment on sequence x_own is 'owned';`,
      `create sequence x_own; alter table x_log alter n set default nextval('x_own');`,
      `create sequence x_own owned by x_log.n; alter table x_log alter n set default nextval('x_own') + 1; grant usage on sequence x_own to public;`,
      `create sequence x_own owned by x_log.n; alter table x_log alter n set default nextval('x_own'), alter n set not null;`,
      `create sequence x_own owned by x_log.n; alter table x_log alter label set default 'no ' || nextval('x_own'); create table x_ahead (n int default nextval('x_own') * 2);`,
    ],
    { table: [] },
  ),
  fixed(
    'use of the sequence of a column',
    [
      `create table x_after (n int default nextval('x_log_id_seq') - 1);`,
      `create table x_z (n text default 'no ' || nextval('x_log_id_seq')); create view x_zv as select nextval('x_log_id_seq') as n;`,
    ],
    { table: [1, 2] },
  ),
  fixed('partitioned table', [
    `create table x_part (id int not null, at date not null, v text, k int) partition by range (at);
      create table x_part_1 partition of x_part for values from ('2020-01-01') to ('2021-01-01');`,
    `create table x_part (id int not null, at date not null, v text, k int default 1, primary key (id, at)) partition by range (at);
      create table x_part_1 partition of x_part for values from ('2020-01-01') to ('2021-01-01') partition by list (id);
      create table x_part_1_a partition of x_part_1 for values in (1, 2) partition by hash (id);
      create table x_part_1_a_0 partition of x_part_1_a for values with (modulus 2, remainder 0) with (fillfactor = 40);
      create table x_part_1_b partition of x_part_1 default; create index x_part_v on x_part (v); create index x_part_k on x_part_1_b (k);`,
    `create table x_part (id int not null, at date not null, v text, k int) partition by list (lower(v));
      create table x_part_1 partition of x_part for values in ('a', null); comment on table x_part_1 is 'a part'; alter table x_part_1 alter k set default 9;
      alter table x_part_1 alter v set not null; alter table x_part_1 add constraint x_own check (k > 3); comment on constraint x_own on x_part_1 is 'own'; grant select on x_part_1 to public;`,
  ]),
  fixed(
    'parts of a partition',
    [
      `alter table x_part_1 add constraint x_part_fk foreign key (k) references x_log (id);`,
      `create function x_pf() returns trigger ${triggerFunction}; create trigger x_pt after insert on x_part for each row execute function x_pf();
      alter table x_part_1 disable trigger x_pt; comment on column x_part_1.v is 'value'; alter table x_part_1 alter v set statistics 30;`,
      `alter table x_part_1 enable row level security; create policy x_pp on x_part_1 using (k > 2); comment on policy x_pp on x_part_1 is 'some';
      create rule x_pr as on delete to x_part do instead nothing;`,
    ],
    { 'partitioned table': [], table: [0, 1, 3] },
  ),
  piece('foreign keys to a table', ({ item }) => [
    `create table x_ref (id int, item int constraint x_ref_item references ${item} on delete cascade);`,
    `create table x_ref (id int, item int); alter table x_ref add constraint x_ref_item foreign key (item) references ${item} on update set null not valid;
      comment on constraint x_ref_item on x_ref is 'later';`,
    `create table x_ref (id int, item int constraint x_ref_item references ${item} deferrable initially deferred); alter table x_ref disable trigger all;`,
    `create table x_ref (id int, item int, constraint x_ref_item foreign key (item) references ${item} match full on delete set default);`,
  ]),
  piece('persistence', () => [`alter table shop_part set unlogged;`]),
  piece('storage parameters', ({ item }) => [
    `alter table ${item} set (fillfactor = 70);`,
    `alter table ${item} set (fillfactor = 80, toast.autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.05);`,
  ]),
  piece('replica identity', ({ item }) => [
    `alter table ${item} replica identity full;`,
    `alter table ${item} cluster on ${item}_pkey; alter table ${item} replica identity using index ${item}_pkey;`,
    `alter table ${item} replica identity nothing;`,
  ]),
  piece('column settings', ({ item, name }) => [
    `alter table ${item} alter ${name} set storage external, alter ${name} set statistics 50;`,
    `alter table ${item} alter ${name} set compression pglz, alter ${name} set (n_distinct = -0.5), alter note set storage main;`,
    `alter table ${item} alter price set statistics 7, alter state set statistics 8, alter twice set statistics 9;`,
  ]),
  piece(
    'settings of a column that may be dropped',
    ({ item }) => [
      `alter table ${item} alter spare set statistics 50; grant select (spare) on ${item} to public;`,
      `create statistics x_spare on spare, price from ${item};`,
    ],
    { droppedWith: 'spare' },
  ),
  piece('privileges', ({ item, name }) => [
    `grant select on ${item} to public; grant select (${name}), update (price) on ${item} to pg_monitor;`,
    `grant all on ${item} to pg_monitor with grant option; revoke delete on ${item} from current_user;`,
    `grant select (twice, state) on ${item} to pg_monitor; grant insert on shop_part to public;`,
  ]),
  piece('sequence of a key', ({ item }) => [
    `alter sequence ${item}_id_seq increment by 50 cache 10; comment on sequence ${item}_id_seq is 'hi-lo';`,
    `alter sequence ${item}_id_seq minvalue -5 cycle; grant usage on sequence ${item}_id_seq to pg_monitor;`,
    `alter sequence ${item}_id_seq as bigint maxvalue 9999999999; alter sequence ${item}_id_seq set unlogged;`,
  ]),
  piece('use of the sequence of a key', ({ item }) => [
    `create table x_next (n bigint default nextval('${item}_id_seq'));`,
    `create table x_next (n text default 'no ' || nextval('${item}_id_seq')); create view x_nv as select nextval('${item}_id_seq') as n;`,
  ]),
  piece('trigger', ({ item, name }) => [
    `create function x_tf() returns trigger ${triggerFunction}; create trigger x_trigger before insert on ${item} for each row execute function x_tf();`,
    `create function x_tf() returns trigger ${triggerFunction}; create trigger x_trigger after update of ${name}, price on ${item} for each row
      when (old.price <> new.price) execute function x_tf('a', 'b'); alter table ${item} disable trigger x_trigger; comment on trigger x_trigger on ${item} is 'off';`,
    `create function x_tf() returns trigger ${triggerFunction}; create constraint trigger x_trigger after insert on ${item} deferrable initially deferred
      for each row execute function x_tf(); alter table ${item} enable always trigger x_trigger;`,
    `create function x_tf() returns trigger ${triggerFunction}; create trigger x_trigger after delete on ${item} referencing old table as gone
      for each statement execute function x_tf(); alter table ${item} enable replica trigger x_trigger;`,
  ]),
  piece(
    'rule',
    ({ item, name }) => [
      `create rule x_rule as on delete to ${item} do instead nothing; alter table ${item} disable rule x_rule;`,
      `create rule x_rule as on update to ${item} do also insert into x_log (id, label) values (new.id, new.${name}); comment on rule x_rule on ${item} is 'logged';`,
      `create rule x_rule as on insert to ${item} where new.price > 9 do also insert into x_log (label) values ('dear'); alter table ${item} enable always rule x_rule;`,
    ],
    { needs: { table: [] } },
  ),
  piece('policy', ({ item, name }) => [
    `create policy x_policy on ${item} using (${name} <> '');`,
    `create policy x_policy on ${item} as restrictive for update to pg_monitor, pg_read_all_data using (price > 0) with check (state = 'new'); comment on policy x_policy on ${item} is 'careful';`,
    `create policy x_policy on ${item} for insert with check (exists (select from shop_part p where p.item_id = ${item}.id and p.label = ${item}.${name}));
      alter table ${item} enable row level security;`,
    `alter table ${item} enable row level security, force row level security;`,
  ]),
  piece('statistics', ({ item, name }) => [
    `create statistics x_stat (dependencies, mcv) on ${name}, price from ${item};`,
    `create statistics x_stat on lower(${name}), (price + 1), note from ${item}; alter statistics x_stat set statistics 200; comment on statistics x_stat is 'some';`,
    `create statistics x_stat (ndistinct) on state, twice from ${item};`,
    `create statistics x_stat on (price * 2) from ${item};`,
  ]),
  piece('view', ({ item, name }) => [
    `create view x_v as select id, ${name} as name, price from ${item};`,
    `create view x_v with (security_invoker = true, security_barrier = true) as select id, ${name} as name, price from ${item};
      alter view x_v alter column id set default 7; comment on view x_v is 'shown'; comment on column x_v.id is 'key';
      grant select on x_v to pg_monitor; grant update (name) on x_v to pg_monitor; alter view x_v alter price set default 3;`,
    `create view x_v with (check_option = local) as select id, ${name} as name, price from ${item} where price > 0 and state <> 'old'; revoke insert on x_v from current_user;`,
    `create view x_v as select i.id, i.${name} as name, i.price, count(*) as parts, max(p.qty) as qty from ${item} i join shop_part p on p.item_id = i.id group by i.id;`,
    `create recursive view x_v (id, name, price) as select id, ${name} as name, price from ${item} union all select id, name, price from x_v where id < 9;`,
  ]),
  fixed(
    'view on a view',
    [
      `create view x_w as select name, price from x_v;`,
      `create view x_w with (security_barrier) as select name, price + 1 as price from x_v where name is not null; comment on view x_w is 'second'; grant select on x_w to public;`,
    ],
    { view: [] },
  ),
  fixed(
    'parts of a view',
    [
      `create rule x_vr as on insert to x_v do instead nothing; comment on rule x_vr on x_v is 'ignored';`,
      `create function x_vf() returns trigger ${triggerFunction}; create trigger x_vt instead of update on x_v for each row execute function x_vf(); comment on trigger x_vt on x_v is 'instead';`,
    ],
    { view: [] },
  ),
  piece('materialized view', ({ item, name }) => [
    `create materialized view x_m as select id, ${name} as name from ${item};`,
    `create materialized view x_m with (fillfactor = 70) as select id, ${name} as name, price from ${item} where price > 1; create unique index x_m_id on x_m (id);
      create index x_m_name on x_m (lower(name)) where id > 0; comment on index x_m_id is 'key'; alter table x_m cluster on x_m_id;
      alter materialized view x_m alter column name set statistics 50, alter name set storage external; grant select on x_m to public;
      comment on materialized view x_m is 'kept'; comment on column x_m.id is 'id';`,
    `create materialized view x_m as select id, ${name} as name, state from ${item} with no data; create index x_m_name on x_m (name);`,
  ]),
  fixed(
    'view on a materialized view',
    [
      `create view x_mv as select count(*) as n, min(name) as first from x_m;`,
      `create materialized view x_mv as select name, count(*) as n from x_m group by name; create index x_mv_n on x_mv (n); comment on materialized view x_mv is 'deep';`,
    ],
    { 'materialized view': [0, 1] },
  ),
  piece('function over a table', ({ item, name }) => [
    `create function x_g(n int) returns bigint stable begin atomic select count(*) from ${item} where price > n; end;`,
    `create function x_g(n int) returns setof ${item} language plpgsql stable as 'begin end'; comment on function x_g(int) is 'rows';`,
    `create function x_g(n int) returns text stable begin atomic select ${name} as found from ${item} where id = n; end; grant execute on function x_g(int) to pg_monitor;
      revoke execute on function x_g(int) from public; comment on function x_g(int) is 'name';`,
    `create function x_g(n ${item}) returns text language sql stable as 'select null';`,
    `create procedure x_g(n int) begin atomic delete from ${item} where price = n; insert into ${item} (${name}, price, state) values (repeat('x', 1), n, 'new'); end;`,
  ]),
  piece(
    'use of a function over a table',
    ({ item }) => [
      `create view x_gv as select x_g(3) as g; comment on view x_gv is 'through a function';`,
      `create policy x_gp on shop_part using (x_g(qty) is not null);`,
      `create table x_gt (id int, g text default x_g(2)::text);`,
      `create function x_gg() returns text begin atomic select x_g(1)::text; end; create rule x_gr as on delete to ${item} where x_g(1) is not null do also update shop_part set qty = 0;`,
    ],
    { needs: { 'function over a table': [0, 2] } },
  ),
  fixed(
    'use of a function',
    [
      `create table x_ft (a int default x_f(1), b int generated always as (x_f(2)) stored, check (x_f(a) > 0)); create index x_ft_i on x_ft (x_f(a));`,
      `create view x_fv as select x_f(1) as f; create function x_ff() returns int begin atomic select x_f(4); end;`,
    ],
    { function: [0, 1, 3] },
  ),
  fixed('use of types', [`create table x_types (d x_d, t x_t[], c text collate x_c);`], {
    domain: [],
    'composite type': [],
    collation: [],
  }),
  piece('publication', ({ item, name }) => [
    `create publication x_pub for table ${item};`,
    `create publication x_pub for table ${item} (id, ${name}) where (price > 0) with (publish = 'insert, update'); comment on publication x_pub is 'some';`,
    `create publication x_pub for all tables with (publish_via_partition_root = true);`,
    `create publication x_pub for tables in schema public;`,
    `create publication x_pub;`,
  ]),
  fixed('event trigger', [
    `create function x_ef() returns event_trigger language plpgsql as 'begin end'; create event trigger x_et on sql_drop when tag in ('DROP OPERATOR') execute function x_ef();`,
    `create function x_ef() returns event_trigger language plpgsql as 'begin end'; create event trigger x_et on ddl_command_end execute function x_ef();
      alter event trigger x_et disable; comment on event trigger x_et is 'off';`,
  ]),
  fixed('foreign objects', [
    `create foreign data wrapper x_fdw; create server x_server foreign data wrapper x_fdw;`,
    `create foreign data wrapper x_fdw options (debug 'true'); comment on foreign data wrapper x_fdw is 'w'; create server x_server type 'a' version '2' foreign data wrapper x_fdw options (host 'h');
      grant usage on foreign server x_server to pg_monitor; comment on server x_server is 's'; grant usage on foreign data wrapper x_fdw to pg_monitor;`,
  ]),
  fixed(
    'foreign table',
    [
      `create foreign table x_foreign (id int options (column_name 'i') not null, v text default 'd') server x_server options (schema_name 'x');`,
      `create foreign table x_foreign (id int, v text collate "C", constraint x_fc check (id > 0)) server x_server; comment on column x_foreign.id is 'key';
      comment on foreign table x_foreign is 'far'; grant select on x_foreign to public; alter foreign table x_foreign alter v set statistics 9;`,
    ],
    { 'foreign objects': [] },
  ),
  fixed('unread objects', [
    `create operator === (leftarg = int, rightarg = int, procedure = int4eq);`,
    `create text search configuration x_ts (copy = english);`,
    `create type x_cast as (a int); create cast (x_cast as text) with inout;`,
  ]),
  piece(
    'use of extensions',
    ({ item, name }) => [
      `create table x_ci (id int primary key, v citext default 'a' unique); create view x_civ as select v from x_ci where v = 'B';`,
      `create table x_ci (v citext[]); create domain x_cid as citext check (value <> '');`,
      `create index x_trgm on ${item} using gin (${name} gin_trgm_ops);`,
      `create function x_near(a text) returns real language sql as 'select similarity(a, ''x'')';`,
    ],
    { needs: { extension: [0] } },
  ),
];
