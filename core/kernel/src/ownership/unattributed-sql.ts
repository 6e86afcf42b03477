import type { Author } from './track-statement.ts';
import { findObject, type TrackedObjects } from './tracked-object.ts';
import type { SqlObject } from '../sql/sql-object.ts';

/** Whose a piece of SQL is that is looked at by itself. No revision has this id. */
export const here: Author = Object.freeze({ id: '', plugin: '' });

/** Whether the SQL that is being looked at made it itself. */
export function isCreatedInSameSql(objects: TrackedObjects, object: SqlObject): boolean {
  return findObject(objects, object)?.createdBy === here.id;
}

/** Whether it made the table. */
export function isNewTable(objects: TrackedObjects, table: string | null): boolean {
  return table !== null && isCreatedInSameSql(objects, { kind: 'table', name: table, table: null });
}
