import { defineRevision, sql } from '@headwater/kernel/plugin';

/** Adds a display name to users, and a column for the time of their last visit. */
export default defineRevision({
  id: 'core@0003_describe_users',
  revises: 'core@0002_create_activities',
  up: sql`
    alter table "core_user"
      add column "display_name" varchar(255) null,
      add column "last_seen_at" timestamptz null;
  `,
  down: sql`
    alter table "core_user"
      drop column "display_name",
      drop column "last_seen_at";
  `,
});
