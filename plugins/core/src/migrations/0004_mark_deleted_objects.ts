import { defineRevision, sql } from '@headwater/kernel/plugin';

/** An object that others stand on, like a comment with replies, is marked as deleted and stays. */
export default defineRevision({
  id: 'core@0004_mark_deleted_objects',
  revises: 'core@0003_describe_users',
  up: sql`alter table "core_object" add column "deleted_at" timestamptz null;`,
  down: sql`alter table "core_object" drop column "deleted_at";`,
});
