-- plugin shop
-- revision 0001_schemas
create schema shop;
create schema shop_private;
create schema shop_api;
create domain shop.money as numeric(12, 2) constraint money_positive check (value >= 0);
create type shop.order_state as enum ('cart', 'placed', 'paid', 'shipped');
create table shop.brand (id serial constraint brand_pkey primary key, name text not null constraint brand_name_key unique);
create table shop.product (
  id serial constraint product_pkey primary key,
  brand_id int constraint product_brand_fkey references shop.brand on delete set null,
  slug varchar(80) not null,
  title varchar(200) not null,
  price shop.money not null,
  attributes json not null default '{}',
  visible boolean not null default false,
  created_at timestamp not null default now()
);
create unique index product_slug on shop.product (slug);
create table shop_private.cost (product_id int constraint cost_pkey primary key references shop.product on delete cascade, cost numeric(12, 4) not null);
revoke all on schema shop_private from public;
comment on schema shop_api is 'Views for clients.';
comment on domain shop.money is 'Euro.';
-- down
drop table shop_private.cost;
drop table shop.product;
drop table shop.brand;
drop type shop.order_state;
drop domain shop.money;
drop schema shop_api;
drop schema shop_private;
drop schema shop;
-- revision 0002_orders
create table shop.customer (
  id serial constraint customer_pkey primary key,
  email varchar(120) not null,
  name varchar(120),
  vat_id char(14),
  created_at timestamp not null default now()
);
create table shop.purchase (
  id serial constraint purchase_pkey primary key,
  customer_id int not null constraint purchase_customer_fkey references shop.customer,
  state shop.order_state not null default 'cart',
  placed_at timestamp,
  note text
);
create table shop.line (
  purchase_id int not null constraint line_purchase_fkey references shop.purchase on delete cascade,
  product_id int not null constraint line_product_fkey references shop.product,
  quantity smallint not null default 1 constraint line_quantity check (quantity between 1 and 999),
  price shop.money not null,
  constraint line_pkey primary key (purchase_id, product_id)
);
create index purchase_customer on shop.purchase (customer_id, placed_at);
create index line_product on shop.line (product_id);
comment on column shop.line.price is 'At the time of the order.';
-- down
drop table shop.line;
drop table shop.purchase;
drop table shop.customer;
-- revision 0003_api
create view shop_api.product as select p.id, p.slug, p.title, p.price, b.name as brand from shop.product p left join shop.brand b on b.id = p.brand_id where p.visible;
create view shop_api.cart as select l.purchase_id, l.product_id, l.quantity, l.price * l.quantity as amount from shop.line l;
grant usage on schema shop_api to public;
grant select on shop_api.product, shop_api.cart to public;
alter default privileges in schema shop_api grant select on tables to public;
comment on view shop_api.product is 'Everything that may be sold.';
-- down
alter default privileges in schema shop_api revoke select on tables from public;
revoke usage on schema shop_api from public;
drop view shop_api.cart;
drop view shop_api.product;
-- revision 0004_unique_email
-- finds index-not-concurrent shop.customer_email
create unique index customer_email on shop.customer (lower(email));
alter table shop.customer alter column email type varchar(254);
-- down
alter table shop.customer alter column email type varchar(120);
drop index shop.customer_email;
-- revision 0005_text
drop view shop_api.product;
alter table shop.product alter column title type text;
alter table shop.product alter column slug type text;
create view shop_api.product as select p.id, p.slug, p.title, p.price, b.name as brand from shop.product p left join shop.brand b on b.id = p.brand_id where p.visible;
grant select on shop_api.product to public;
comment on view shop_api.product is 'Everything that may be sold.';
-- down
drop view shop_api.product;
alter table shop.product alter column slug type varchar(80);
alter table shop.product alter column title type varchar(200);
create view shop_api.product as select p.id, p.slug, p.title, p.price, b.name as brand from shop.product p left join shop.brand b on b.id = p.brand_id where p.visible;
grant select on shop_api.product to public;
comment on view shop_api.product is 'Everything that may be sold.';
-- revision 0006_jsonb
-- finds table-rewrite shop.product.attributes
alter table shop.product alter column attributes drop default, alter column attributes type jsonb using attributes::jsonb, alter column attributes set default '{}';
-- finds index-not-concurrent shop.product_attributes
create index product_attributes on shop.product using gin (attributes);
-- down
drop index shop.product_attributes;
alter table shop.product alter column attributes drop default, alter column attributes type json using attributes::json, alter column attributes set default '{}';
-- revision 0007_time_zones
-- finds table-rewrite shop.product.created_at
alter table shop.product alter column created_at type timestamptz using created_at at time zone 'UTC';
-- finds table-rewrite shop.customer.created_at
alter table shop.customer alter column created_at type timestamptz using created_at at time zone 'UTC';
-- finds table-rewrite shop.purchase.placed_at
alter table shop.purchase alter column placed_at type timestamptz using placed_at at time zone 'UTC';
-- down
alter table shop.purchase alter column placed_at type timestamp using placed_at at time zone 'UTC';
alter table shop.customer alter column created_at type timestamp using created_at at time zone 'UTC';
alter table shop.product alter column created_at type timestamp using created_at at time zone 'UTC';
-- revision 0008_categories
create extension ltree;
create table shop.category (
  id int generated always as identity constraint category_pkey primary key,
  path ltree not null constraint category_path_key unique,
  title text not null
);
alter table shop.product add column category_id int constraint product_category_fkey references shop.category on delete restrict;
create index category_tree on shop.category using gist (path);
insert into shop.category (path, title) values ('all', 'All'), ('all.books', 'Books'), ('all.toys', 'Toys');
comment on column shop.category.path is 'Slugs, separated by dots.';
-- down
alter table shop.product drop column category_id;
drop table shop.category;
drop extension ltree;
-- revision 0009_category_index outside
-- check select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('shop.product_category')), false)
create index concurrently product_category on shop.product (category_id) where visible;
-- down
drop index concurrently shop.product_category;
-- revision 0010_api_products_by_category
create or replace view shop_api.product as
  select p.id, p.slug, p.title, p.price, b.name as brand, c.path::text as category
  from shop.product p left join shop.brand b on b.id = p.brand_id left join shop.category c on c.id = p.category_id where p.visible;
create function shop_api.products_in(category text) returns setof shop_api.product stable language sql
  as $$ select * from shop_api.product p where p.category like $1 || '%' $$;
comment on function shop_api.products_in(text) is 'Also those of deeper categories.';
-- down
drop function shop_api.products_in(text);
drop view shop_api.product;
create view shop_api.product as select p.id, p.slug, p.title, p.price, b.name as brand from shop.product p left join shop.brand b on b.id = p.brand_id where p.visible;
grant select on shop_api.product to public;
comment on view shop_api.product is 'Everything that may be sold.';
-- revision 0011_checkout
create function shop_api.place(cart int) returns timestamptz language plpgsql security definer set search_path = shop as $$
declare
  done timestamptz;
begin
  update purchase set state = 'placed', placed_at = now() where id = cart and state = 'cart' returning placed_at into done;
  if done is null then
    raise exception 'no cart %', cart;
  end if;
  return done;
end
$$;
revoke execute on function shop_api.place(int) from public;
grant execute on function shop_api.place(int) to pg_monitor;
-- finds long-lock purchase_placed
alter table shop.purchase add constraint purchase_placed check (state = 'cart' or placed_at is not null);
-- down
alter table shop.purchase drop constraint purchase_placed;
drop function shop_api.place(int);
-- revision 0012_refunded
alter type shop.order_state add value 'refunded';
alter type shop.order_state add value 'cancelled' before 'refunded';
-- down
drop function shop_api.place(int);
alter table shop.purchase drop constraint purchase_placed;
alter table shop.purchase alter column state drop default;
alter type shop.order_state rename to order_state_old;
create type shop.order_state as enum ('cart', 'placed', 'paid', 'shipped');
alter table shop.purchase alter column state type shop.order_state using state::text::shop.order_state;
alter table shop.purchase alter column state set default 'cart';
drop type shop.order_state_old;
alter table shop.purchase add constraint purchase_placed check (state = 'cart' or placed_at is not null);
create function shop_api.place(cart int) returns timestamptz language plpgsql security definer set search_path = shop as $$
declare
  done timestamptz;
begin
  update purchase set state = 'placed', placed_at = now() where id = cart and state = 'cart' returning placed_at into done;
  if done is null then
    raise exception 'no cart %', cart;
  end if;
  return done;
end
$$;
revoke execute on function shop_api.place(int) from public;
grant execute on function shop_api.place(int) to pg_monitor;
-- revision 0013_totals
-- finds table-rewrite shop.purchase.total
alter table shop.purchase add column total shop.money;
update shop.purchase p set total = (select sum(price * quantity) from shop.line l where l.purchase_id = p.id);
create function shop_private.add_up() returns trigger language plpgsql as $$
begin
  update shop.purchase set total = (select sum(price * quantity) from shop.line where purchase_id = coalesce(new.purchase_id, old.purchase_id))
  where id = coalesce(new.purchase_id, old.purchase_id);
  return null;
end
$$;
create trigger line_total after insert or update or delete on shop.line for each row execute function shop_private.add_up();
comment on trigger line_total on shop.line is 'Keeps purchase.total.';
-- down
drop trigger line_total on shop.line;
drop function shop_private.add_up();
alter table shop.purchase drop column total;
-- revision 0014_total_required breaking
update shop.purchase set total = 0 where total is null;
alter table shop.purchase alter column total set default 0;
-- breaking makes shop.purchase.total not null
-- finds long-lock shop.purchase.total
alter table shop.purchase alter column total set not null;
-- down
alter table shop.purchase alter column total drop not null;
alter table shop.purchase alter column total drop default;
-- revision 0015_addresses
create table shop.address (
  id bigint generated always as identity constraint address_pkey primary key,
  customer_id int not null constraint address_customer_fkey references shop.customer on delete cascade,
  street text not null,
  zip text not null,
  city text not null,
  country char(2) not null default 'DE'
);
alter table shop.purchase add column ship_to bigint constraint purchase_ship_to_fkey references shop.address on delete set null;
alter table shop.purchase add column bill_to bigint constraint purchase_bill_to_fkey references shop.address on delete set null;
create index address_customer on shop.address (customer_id);
comment on table shop.address is 'Copied when it changes after an order.';
-- down
alter table shop.purchase drop column bill_to, drop column ship_to;
drop table shop.address;
-- revision 0016_big_orders
drop view shop_api.cart;
-- finds table-rewrite shop.purchase.id
alter table shop.purchase alter column id type bigint;
-- finds table-rewrite shop.line.purchase_id
alter table shop.line alter column purchase_id type bigint;
create view shop_api.cart as select l.purchase_id, l.product_id, l.quantity, l.price * l.quantity as amount from shop.line l;
alter sequence shop.purchase_id_seq as bigint;
-- down
drop view shop_api.cart;
alter sequence shop.purchase_id_seq as int;
alter table shop.line alter column purchase_id type int;
alter table shop.purchase alter column id type int;
create view shop_api.cart as select l.purchase_id, l.product_id, l.quantity, l.price * l.quantity as amount from shop.line l;
-- revision 0017_vat
-- finds table-rewrite shop.customer.vat_id
alter table shop.customer alter column vat_id type varchar(14) using nullif(trim(vat_id), '');
-- finds long-lock customer_vat
alter table shop.customer add constraint customer_vat check (vat_id ~ '^[A-Z]{2}[0-9A-Z]{2,12}$');
-- down
alter table shop.customer drop constraint customer_vat;
alter table shop.customer alter column vat_id type char(14);
-- revision 0018_reviews
create table shop.review (
  id bigint generated by default as identity constraint review_pkey primary key,
  product_id int not null constraint review_product_fkey references shop.product on delete cascade,
  customer_id int constraint review_customer_fkey references shop.customer on delete set null,
  stars smallint not null constraint review_stars check (stars between 1 and 5),
  text text,
  written_at timestamptz not null default now(),
  approved boolean
);
create index review_product on shop.review (product_id) where approved;
create materialized view shop.rating as select product_id, avg(stars)::numeric(3, 2) as stars, count(*) as reviews from shop.review where approved group by 1;
create unique index rating_product on shop.rating (product_id);
alter table shop.review enable row level security;
create policy review_approved on shop.review for select using (approved);
create policy review_write on shop.review for insert with check (approved is null);
create policy review_own on shop.review for update using (customer_id = nullif(current_setting('shop.customer', true), '')::int);
comment on materialized view shop.rating is 'Stars in the list.';
-- down
drop materialized view shop.rating;
drop table shop.review;
-- revision 0019_one_review
delete from shop.review a using shop.review b where a.product_id = b.product_id and a.customer_id = b.customer_id and a.id > b.id;
-- finds long-lock review_once
alter table shop.review add constraint review_once unique (product_id, customer_id);
-- finds long-lock shop.rating
refresh materialized view shop.rating;
-- down
alter table shop.review drop constraint review_once;
-- revision 0020_suggestions
create extension pg_trgm;
-- finds index-not-concurrent shop.product_title_trgm
create index product_title_trgm on shop.product using gin (title gin_trgm_ops);
create function shop_api.suggest(words text) returns setof text stable language sql
  as $$ select title from shop.product where visible and title % words order by similarity(title, words) desc limit 8 $$;
grant execute on function shop_api.suggest(text) to public;
-- down
drop function shop_api.suggest(text);
drop index shop.product_title_trgm;
drop extension pg_trgm;
-- revision 0021_search
create text search dictionary shop.no_stop (template = pg_catalog.simple, accept = false);
create text search configuration shop.titles (copy = pg_catalog.simple);
alter text search configuration shop.titles alter mapping for asciiword with shop.no_stop, english_stem;
-- finds table-rewrite shop.product.search
alter table shop.product add column search tsvector generated always as (to_tsvector('shop.titles'::regconfig, title)) stored;
-- finds index-not-concurrent shop.product_search
create index product_search on shop.product using gin (search);
-- down
alter table shop.product drop column search;
drop text search configuration shop.titles;
drop text search dictionary shop.no_stop;
-- revision 0022_prices
create table shop.price (
  product_id int not null constraint price_product_fkey references shop.product on delete cascade,
  valid daterange not null,
  price shop.money not null,
  constraint price_pkey primary key (product_id, valid)
);
insert into shop.price select id, daterange(created_at::date, null), price from shop.product;
create index price_valid on shop.price using gist (valid);
create function shop.price_on(product int, day date) returns numeric stable language sql
  as $$ select price from shop.price where product_id = product and valid @> day $$;
grant select on shop.price to public;
-- down
drop function shop.price_on(int, date);
drop table shop.price;
-- revision 0023_no_price breaking
-- breaking drops the function shop_api.products_in
drop function shop_api.products_in(text);
drop view shop_api.product;
-- breaking drops the column shop.product.price
-- finds data-loss shop.product.price
alter table shop.product drop column price;
create view shop_api.product as
  select p.id, p.slug, p.title, shop.price_on(p.id, current_date) as price, b.name as brand, c.path::text as category
  from shop.product p left join shop.brand b on b.id = p.brand_id left join shop.category c on c.id = p.category_id where p.visible;
grant select on shop_api.product to public;
comment on view shop_api.product is 'Everything that may be sold.';
-- down
drop view shop_api.product;
alter table shop.product add column price shop.money;
update shop.product set price = coalesce(shop.price_on(id, current_date), 0);
alter table shop.product alter column price set not null;
create view shop_api.product as
  select p.id, p.slug, p.title, p.price, b.name as brand, c.path::text as category
  from shop.product p left join shop.brand b on b.id = p.brand_id left join shop.category c on c.id = p.category_id where p.visible;
grant select on shop_api.product to public;
comment on view shop_api.product is 'Everything that may be sold.';
create function shop_api.products_in(category text) returns setof shop_api.product stable language sql
  as $$ select * from shop_api.product p where p.category like $1 || '%' $$;
comment on function shop_api.products_in(text) is 'Also those of deeper categories.';
-- revision 0024_rename_customer breaking
-- breaking renames the table shop.customer
-- finds rename shop.customer
alter table shop.customer rename to buyer;
alter index shop.customer_pkey rename to buyer_pkey;
alter sequence shop.customer_id_seq rename to buyer_id_seq;
-- breaking renames the column shop.purchase.customer_id
-- finds rename shop.purchase.customer_id
alter table shop.purchase rename column customer_id to buyer_id;
-- down
alter table shop.purchase rename column buyer_id to customer_id;
alter sequence shop.buyer_id_seq rename to customer_id_seq;
alter index shop.buyer_pkey rename to customer_pkey;
alter table shop.buyer rename to customer;
-- revision 0025_purchase_partitions
create table shop.payment (
  purchase_id bigint not null references shop.purchase,
  paid_at timestamptz not null default now(),
  amount shop.money not null,
  provider text not null,
  constraint payment_pkey primary key (purchase_id, paid_at, provider)
) partition by list (provider);
create table shop.payment_card partition of shop.payment for values in ('visa', 'mastercard') partition by range (paid_at);
create table shop.payment_card_old partition of shop.payment_card for values from (minvalue) to ('2025-01-01');
create table shop.payment_card_new partition of shop.payment_card for values from ('2025-01-01') to (maxvalue);
create table shop.payment_other partition of shop.payment default;
create index payment_paid on shop.payment (paid_at);
create rule payment_fixed as on update to shop.payment do instead nothing;
comment on rule payment_fixed on shop.payment is 'Payments do not change.';
-- down
drop table shop.payment;
-- revision 0026_split_card breaking
-- finds long-lock shop.payment_card_new
alter table shop.payment_card detach partition shop.payment_card_new;
create table shop.payment_card_2025 partition of shop.payment_card for values from ('2025-01-01') to ('2026-01-01');
create table shop.payment_card_2026 partition of shop.payment_card for values from ('2026-01-01') to ('2027-01-01');
insert into shop.payment select * from shop.payment_card_new;
-- breaking drops the table shop.payment_card_new
-- finds data-loss shop.payment_card_new
drop table shop.payment_card_new;
-- down
alter table shop.payment_card detach partition shop.payment_card_2025;
alter table shop.payment_card detach partition shop.payment_card_2026;
create table shop.payment_card_new partition of shop.payment_card for values from ('2025-01-01') to (maxvalue);
insert into shop.payment select * from shop.payment_card_2025 union all select * from shop.payment_card_2026;
drop table shop.payment_card_2025, shop.payment_card_2026;
-- revision 0027_basket_value
create function shop_private.add_money(state numeric, price numeric, quantity numeric) returns numeric immutable language sql as $$ select state + coalesce(price * quantity, 0) $$;
create aggregate shop.value_of(numeric, numeric) (sfunc = shop_private.add_money, stype = numeric, initcond = '0');
create aggregate shop.all_states(shop.order_state) (sfunc = array_append, stype = shop.order_state[], initcond = '{}');
comment on aggregate shop.value_of(numeric, numeric) is 'Price times quantity.';
-- down
drop aggregate shop.all_states(shop.order_state);
drop aggregate shop.value_of(numeric, numeric);
drop function shop_private.add_money(numeric, numeric, numeric);
-- revision 0028_statistics
create statistics shop.product_brand_category on brand_id, category_id from shop.product;
create statistics shop.purchase_state_buyer (mcv) on state, buyer_id from shop.purchase;
alter table shop.line alter column product_id set statistics 1000;
alter table shop.line set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
alter table shop.product alter column attributes set storage external;
alter table shop.purchase cluster on purchase_customer;
-- down
alter table shop.purchase set without cluster;
alter table shop.product alter column attributes set storage extended;
alter table shop.line reset (fillfactor, autovacuum_vacuum_scale_factor);
alter table shop.line alter column product_id set statistics -1;
drop statistics shop.purchase_state_buyer;
drop statistics shop.product_brand_category;
-- revision 0029_feed
create publication shop_catalog for table shop.product, shop.brand, shop.category;
create publication shop_private_feed for tables in schema shop_private;
alter publication shop_catalog set table shop.product (id, slug, title), shop.brand;
-- down
drop publication shop_private_feed;
drop publication shop_catalog;
-- revision 0030_carts
create unlogged table shop.cart_session (
  key uuid constraint cart_session_pkey primary key default gen_random_uuid(),
  purchase_id bigint references shop.purchase on delete cascade,
  touched_at timestamptz not null default now()
);
create collation shop.sku from "POSIX";
alter table shop.brand add column prefix varchar(6) collate shop.sku;
create index cart_session_touched on shop.cart_session (touched_at);
comment on collation shop.sku is 'Bytes.';
-- down
drop table shop.cart_session;
alter table shop.brand drop column prefix;
drop collation shop.sku;
-- revision 0031_move_line
alter table shop.line rename to purchase_line;
create view shop.line as select * from shop.purchase_line;
-- down
drop view shop.line;
alter table shop.purchase_line rename to line;
-- revision 0032_identity
alter table shop.product alter column id drop default;
drop sequence shop.product_id_seq;
alter table shop.product alter column id add generated by default as identity;
alter table shop.brand alter column id drop default;
drop sequence shop.brand_id_seq;
alter table shop.brand alter column id add generated by default as identity;
-- down
alter table shop.brand alter column id drop identity;
create sequence shop.brand_id_seq as int owned by shop.brand.id;
alter table shop.brand alter column id set default nextval('shop.brand_id_seq');
alter table shop.product alter column id drop identity;
create sequence shop.product_id_seq as int owned by shop.product.id;
alter table shop.product alter column id set default nextval('shop.product_id_seq');
