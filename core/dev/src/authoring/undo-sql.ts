import type { ChangeOf } from '../difference/change.ts';
import { changesBetween } from '../difference/changes-between.ts';
import { changesSql } from '../difference/changes-sql.ts';
import type { Catalog } from '@headwater/kernel/internal';
import { undone } from './renames.ts';

/**
 * The SQL that leads from `after`, the state that a revision has reached, back to `before`, what there was after its
 * `renames` alone, and then takes those back.
 */
export function undoSql(after: Catalog, before: Catalog, renames: readonly ChangeOf<'rename'>[]): string {
  const back = changesBetween(after, before, { undefine: true });
  return [changesSql(back), changesSql(renames.toReversed().map(undone))].filter((text) => text !== '').join('\n\n');
}
