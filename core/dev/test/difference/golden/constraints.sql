-- # indexes

-- up

alter table "shop_thing" add constraint "shop_thing_name_unique" unique ("name");
create index "shop_thing_name_price_index" on "shop_thing" ("name", "price");
create index "shop_thing_cheap" on "shop_thing" (price) where (price < 10);
create index "shop_thing_lower" on "shop_thing" (lower((name)::text), price desc);
create unique index "shop_thing_one_free" on "shop_thing" (name) where (price = 0);

-- down

alter table "shop_thing" drop constraint "shop_thing_name_unique";
drop index "shop_thing_name_price_index";
drop index "shop_thing_cheap";
drop index "shop_thing_lower";
drop index "shop_thing_one_free";


-- # indexes dropped

-- up

alter table "shop_thing" drop constraint "shop_thing_name_unique";
drop index "shop_thing_price_index";

-- down

alter table "shop_thing" add constraint "shop_thing_name_unique" unique ("name");
create index "shop_thing_price_index" on "shop_thing" ("price");


-- # index changed

-- up

drop index "shop_thing_i";

create index "shop_thing_i" on "shop_thing" ("price");

-- down

drop index "shop_thing_i";

create index "shop_thing_i" on "shop_thing" ("name");


-- # index and constraint renamed

-- up

alter table "shop_thing" rename constraint "shop_thing_u" to "shop_thing_v";
alter index "shop_thing_i" rename to "shop_thing_j";

-- down

alter index "shop_thing_j" rename to "shop_thing_i";
alter table "shop_thing" rename constraint "shop_thing_v" to "shop_thing_u";


-- # index renamed to the name of a dropped index

-- up

drop index "shop_thing_i";
drop index "shop_thing_j";

create index "shop_thing_j" on "shop_thing" ("name");

-- down

alter index "shop_thing_j" rename to "shop_thing_i";

create index "shop_thing_j" on "shop_thing" ("price");


-- # checks

-- up

alter table "shop_thing" drop constraint "shop_thing_price";
alter table "shop_thing" drop constraint "shop_thing_old";

alter table "shop_thing" add constraint "shop_thing_price" check (price > 0);
alter table "shop_thing" add constraint "shop_thing_new" check (name in ('A', 'b'));

-- down

alter table "shop_thing" drop constraint "shop_thing_price";
alter table "shop_thing" drop constraint "shop_thing_new";

alter table "shop_thing" add constraint "shop_thing_price" check (price >= 0);
alter table "shop_thing" add constraint "shop_thing_old" check ((name)::text <> 'x'::text);


-- # foreign key and its actions

-- up

alter table "shop_thing" drop constraint "shop_thing_maker_id_foreign";

alter table "shop_thing" drop column "other_id";

alter table "shop_thing" add column "third_id" int null;

alter table "shop_thing" add constraint "shop_thing_maker_id_foreign"
  foreign key ("maker_id") references "shop_maker" ("id") on delete cascade;
alter table "shop_thing" add constraint "shop_thing_third_id_foreign"
  foreign key ("third_id") references "shop_maker" ("id") on delete set null deferrable initially deferred;

-- down

alter table "shop_thing" drop constraint "shop_thing_maker_id_foreign";

alter table "shop_thing" drop column "third_id";

alter table "shop_thing" add column "other_id" int null;

alter table "shop_thing" add constraint "shop_thing_maker_id_foreign"
  foreign key ("maker_id") references "shop_maker" ("id");
alter table "shop_thing" add constraint "shop_thing_other_id_foreign"
  foreign key ("other_id") references "shop_maker" ("id") on delete set null;


-- # foreign key that was added not valid

-- up

alter table "shop_thing" validate constraint "shop_thing_maker_id_foreign";

-- down

alter table "shop_thing" drop constraint "shop_thing_maker_id_foreign";

alter table "shop_thing" add constraint "shop_thing_maker_id_foreign"
  foreign key ("maker_id") references "shop_maker" ("id") not valid;


-- # unique constraint behind a foreign key that becomes a unique index

-- up

alter table "shop_thing" drop constraint "shop_thing_maker_code_foreign";

alter table "shop_maker" drop constraint "shop_maker_code_unique";

create unique index "shop_maker_code_unique" on "shop_maker" ("code");

alter table "shop_thing" add constraint "shop_thing_maker_code_foreign"
  foreign key ("maker_code") references "shop_maker" ("code") on delete set null;

-- down

alter table "shop_thing" drop constraint "shop_thing_maker_code_foreign";

drop index "shop_maker_code_unique";

alter table "shop_maker" add constraint "shop_maker_code_unique" unique ("code");

alter table "shop_thing" add constraint "shop_thing_maker_code_foreign"
  foreign key ("maker_code") references "shop_maker" ("code") on delete set null;
