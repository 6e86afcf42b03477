import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the table of replies. It extends core_activity, which holds the actor and the object of the reply. */
export default defineRevision({
  id: 'comments@0002_create_reply',
  revises: 'comments@0001_create_comment',
  dependsOn: ['core@0002_create_activities'], // core_activity
  up: sql`
    create table "comments_reply" (
      "comment_id" int not null,
      "id" int not null,
      primary key ("id")
    );
    alter table "comments_reply" add constraint "comments_reply_comment_id_unique" unique ("comment_id")
      deferrable initially deferred;
    alter table "comments_reply" add constraint "comments_reply_comment_id_foreign"
      foreign key ("comment_id") references "comments_comment" ("id") on delete cascade
      deferrable initially deferred;
    alter table "comments_reply" add constraint "comments_reply_id_foreign"
      foreign key ("id") references "core_activity" ("id") on update cascade on delete cascade;
  `,
  down: sql`drop table "comments_reply";`,
});
