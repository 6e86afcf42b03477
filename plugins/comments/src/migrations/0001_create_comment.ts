import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the table of comments. It extends core_object, which holds author and time. */
export default defineRevision({
  id: 'comments@0001_create_comment',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_object
  up: sql`
    create table "comments_comment" (
      "in_reply_to" int not null,
      "body" text not null,
      "id" int not null,
      primary key ("id")
    );
    create index "comments_comment_in_reply_to_index" on "comments_comment" ("in_reply_to");
    alter table "comments_comment" add constraint "comments_comment_in_reply_to_foreign"
      foreign key ("in_reply_to") references "core_object" ("id");
    alter table "comments_comment" add constraint "comments_comment_id_foreign"
      foreign key ("id") references "core_object" ("id") on update cascade on delete cascade;
  `,
  down: sql`drop table "comments_comment";`,
});
