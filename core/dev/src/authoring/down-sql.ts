import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { ChangeOf } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import { reverted } from './renames.ts';

/**
 * Returns the `down` of a revision. `after` is the schema after the whole revision, and `before` the schema after its
 * `renames` alone. The SQL first leads from `after` back to `before`, and then reverts the renames.
 */
export function downSql(after: Catalog, before: Catalog, renames: readonly ChangeOf<'rename'>[]): string {
  const back = changesBetween(after, before);
  return [changesSql(back), changesSql(renames.toReversed().map(reverted))].filter((text) => text !== '').join('\n\n');
}
