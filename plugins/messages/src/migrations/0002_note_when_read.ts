import { defineRevision, sql } from '@headwater/kernel/plugin';

/**
 * Adds the time when a participant read a message. A message counts as read if the participant visited after it was
 * sent.
 */
export default defineRevision({
  id: 'messages@0002_note_when_read',
  revises: 'messages@0001_create_message',
  dependsOn: ['core@0003_describe_users'], // core_user.last_seen_at
  up: sql`
    alter table "messages_participant" add column "read_at" timestamptz null;
    update "messages_participant" set "read_at" = "core_user"."last_seen_at"
      from "core_user", "messages_message"
      where "core_user"."id" = "messages_participant"."user_id"
        and "messages_message"."id" = "messages_participant"."message_id"
        and "messages_message"."sent_at" <= "core_user"."last_seen_at";
  `,
  down: sql`alter table "messages_participant" drop column "read_at";`,
});
