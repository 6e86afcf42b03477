import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the table of activities. Plugins extend activities with their own tables. */
export default defineRevision({
  id: 'core@0002_create_activities',
  revises: 'core@0001_create_objects',
  up: sql`
    create table "core_activity" (
      "id" serial primary key,
      "actor_id" int not null,
      "verb" varchar(64) not null,
      "object_id" int null,
      "created_at" timestamptz not null default now()
    );
    create index "core_activity_actor_id_index" on "core_activity" ("actor_id");
    create index "core_activity_object_id_index" on "core_activity" ("object_id");
    create index "core_activity_created_at_index" on "core_activity" ("created_at");
    alter table "core_activity" add constraint "core_activity_actor_id_foreign"
      foreign key ("actor_id") references "core_user" ("id");
    alter table "core_activity" add constraint "core_activity_object_id_foreign"
      foreign key ("object_id") references "core_object" ("id") on delete set null;
  `,
  down: sql`drop table "core_activity";`,
});
