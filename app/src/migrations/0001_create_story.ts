import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the table of stories. It extends core_object, which holds author and time. */
export default defineRevision({
  id: 'app@0001_create_story',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_object
  up: sql`
    create table "app_story" (
      "title" varchar(255) not null,
      "url" text null,
      "id" int not null,
      primary key ("id")
    );
    alter table "app_story" add constraint "app_story_id_foreign"
      foreign key ("id") references "core_object" ("id") on update cascade on delete cascade;
  `,
  down: sql`drop table "app_story";`,
});
