import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Adds a like counter to objects and initializes it from the existing likes. */
export default defineRevision({
  id: 'likes@0002_count_on_object',
  revises: 'likes@0001_create_like',
  dependsOn: ['core@0001_create_objects'], // core_object
  up: sql`
    alter table "core_object" add column "likes_count" int not null default 0;
    update "core_object" set "likes_count" = "counted"."likes"
      from (select "object_id", count(*) as "likes" from "likes_like" group by "object_id") as "counted"
      where "core_object"."id" = "counted"."object_id";
  `,
  down: sql`alter table "core_object" drop column "likes_count";`,
});
