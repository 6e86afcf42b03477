import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the tables of users and objects. Plugins extend objects with their own tables. */
export default defineRevision({
  id: 'core@0001_create_objects',
  revises: null,
  up: sql`
    create table "core_user" (
      "id" serial primary key,
      "name" varchar(64) not null,
      "created_at" timestamptz not null default now()
    );
    alter table "core_user" add constraint "core_user_name_unique" unique ("name");

    create table "core_object" (
      "id" serial primary key,
      "author_id" int not null,
      "created_at" timestamptz not null default now()
    );
    create index "core_object_author_id_index" on "core_object" ("author_id");
    create index "core_object_created_at_index" on "core_object" ("created_at");
    alter table "core_object" add constraint "core_object_author_id_foreign"
      foreign key ("author_id") references "core_user" ("id");
  `,
  down: sql`
    drop table "core_object";
    drop table "core_user";
  `,
});
