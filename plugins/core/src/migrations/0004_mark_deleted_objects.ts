import { defineRevision, sql } from '@headwater/kernel/plugin';

/**
 * Adds the time of deletion to objects. A deleted object keeps its row, because other rows may refer to it, such as
 * replies to a comment.
 */
export default defineRevision({
  id: 'core@0004_mark_deleted_objects',
  revises: 'core@0003_describe_users',
  up: sql`alter table "core_object" add column "deleted_at" timestamptz null;`,
  down: sql`alter table "core_object" drop column "deleted_at";`,
});
