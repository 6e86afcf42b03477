import { findObject } from '@headwater/kernel/internal/sql';
import type { AlterTableContext } from './statement-rule.ts';

/** Whether a column is already NOT NULL, or a validated check guarantees it: PostgreSQL then does not scan the table. */
export function isProvenNotNull({ objects, table }: AlterTableContext, name: string): boolean {
  const column = findObject(objects, { kind: 'column', name, table });
  if (column?.notNull === true) return true;
  return objects
    .values()
    .some((one) => one.table === table && one.validated !== false && (one.proves?.includes(name) ?? false));
}
