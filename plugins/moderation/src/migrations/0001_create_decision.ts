import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates moderation_decision. */
export default defineRevision({
  id: 'moderation@0001_create_decision',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_user, core_object
  up: sql`
    create table "moderation_decision" (
      "id" serial primary key,
      "moderator_id" int not null,
      "object_id" int not null,
      "action" varchar(16) not null,
      "reason" text not null,
      "created_at" timestamptz not null default now()
    );
    create index "moderation_decision_moderator_id_index" on "moderation_decision" ("moderator_id");
    create index "moderation_decision_object_id_index" on "moderation_decision" ("object_id");
    alter table "moderation_decision" add constraint "moderation_decision_moderator_id_foreign"
      foreign key ("moderator_id") references "core_user" ("id");
    alter table "moderation_decision" add constraint "moderation_decision_object_id_foreign"
      foreign key ("object_id") references "core_object" ("id") on delete cascade;
  `,
  down: sql`drop table "moderation_decision";`,
});
