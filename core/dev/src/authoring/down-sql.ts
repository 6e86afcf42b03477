import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { ChangeOf } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { reverted } from './renames.ts';

/**
 * Returns the `down` of a revision: SQL that leads from `after`, the schema after the revision, back to `before`, the
 * schema after its `renames` alone, and then reverts those.
 */
export function downSql(after: Catalog, before: Catalog, renames: readonly ChangeOf<'rename'>[]): string {
  const back = changesBetween(after, before, { undefine: true });
  return [changesSql(back), changesSql(renames.toReversed().map(reverted))].filter((text) => text !== '').join('\n\n');
}
