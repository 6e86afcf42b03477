import type { SqlObject } from './sql-object.ts';
import { findObject, type TrackedObjects } from './tracked-object.ts';
import type { Author } from './track-statement.ts';

/** The author of SQL that is analyzed separately, not as part of a history. No revision has this id. */
export const unattributed: Author = Object.freeze({ id: '', plugin: '' });

/** Whether the analyzed SQL itself creates an object. */
export function isCreatedInSameSql(objects: TrackedObjects, object: SqlObject): boolean {
  return findObject(objects, object)?.createdBy === unattributed.id;
}

/** Whether the analyzed SQL itself creates a table. */
export function isNewTable(objects: TrackedObjects, table: string | null): boolean {
  return table !== null && isCreatedInSameSql(objects, { kind: 'table', name: table, table: null });
}
