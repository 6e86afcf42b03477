import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Creates the tables of messages and of their participants. */
export default defineRevision({
  id: 'messages@0001_create_message',
  revises: null,
  dependsOn: ['core@0001_create_objects'], // core_user
  up: sql`
    create table "messages_message" (
      "id" serial primary key,
      "sender_id" int not null,
      "subject" varchar(255) not null,
      "body" text not null,
      "sent_at" timestamptz not null default now()
    );
    create index "messages_message_sender_id_index" on "messages_message" ("sender_id");
    alter table "messages_message" add constraint "messages_message_sender_id_foreign"
      foreign key ("sender_id") references "core_user" ("id");

    create table "messages_participant" (
      "message_id" int not null,
      "user_id" int not null,
      primary key ("message_id", "user_id")
    );
    create index "messages_participant_user_id_index" on "messages_participant" ("user_id");
    alter table "messages_participant" add constraint "messages_participant_message_id_foreign"
      foreign key ("message_id") references "messages_message" ("id") on update cascade on delete cascade;
    alter table "messages_participant" add constraint "messages_participant_user_id_foreign"
      foreign key ("user_id") references "core_user" ("id") on update cascade on delete cascade;
  `,
  down: sql`
    drop table "messages_participant";
    drop table "messages_message";
  `,
});
