import { findObject, lookupKey, type TrackedObjects } from '@headwater/kernel/internal/sql';
import type { AlterTableContext } from './statement-rule.ts';

/** Whether a column is already NOT NULL, or a validated check guarantees it: PostgreSQL then does not scan the table. */
export function isProvenNotNull({ objects, table }: AlterTableContext, name: string): boolean {
  const column = findObject(objects, { kind: 'column', name, table });
  if (column?.notNull === true) return true;
  return objects
    .values()
    .some((one) => one.table === table && one.validated !== false && (one.proves?.includes(name) ?? false));
}

/** Returns the keys of the columns in which a check requires a value. One that is not validated does so for new rows. */
export function requiredByChecks(objects: TrackedObjects): ReadonlySet<string> {
  const keys = objects
    .values()
    .flatMap(({ table, proves = [] }) => proves.map((name) => lookupKey({ kind: 'column', name, table })));
  return new Set(keys);
}
