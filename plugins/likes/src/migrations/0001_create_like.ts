import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the table of likes: at most one per user and object. A like is deleted with its object. */
export default defineRevision({
  id: 'likes@0001_create_like',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_user, core_object
  up: sql`
    create table "likes_like" (
      "id" serial primary key,
      "user_id" int not null,
      "object_id" int not null,
      "created_at" timestamptz not null default now()
    );
    create index "likes_like_object_id_index" on "likes_like" ("object_id");
    alter table "likes_like" add constraint "likes_like_user_id_object_id_unique" unique ("user_id", "object_id");
    alter table "likes_like" add constraint "likes_like_user_id_foreign"
      foreign key ("user_id") references "core_user" ("id");
    alter table "likes_like" add constraint "likes_like_object_id_foreign"
      foreign key ("object_id") references "core_object" ("id") on delete cascade;
  `,
  down: sql`drop table "likes_like";`,
});
