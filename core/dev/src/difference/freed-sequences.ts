import type { Catalog } from '@headwater/kernel/internal/catalog';
import { objectKey, settingKey } from '@headwater/kernel/internal/sql';
import { changeKey, columnName, type Change, type ChangeOf } from './change.ts';
import { owningColumn } from './column-sequence.ts';
import { isReplaced } from './definition-sql.ts';
import { isPersistence } from './persistence.ts';

/**
 * Detaches sequences from the columns that own them before those change. Otherwise PostgreSQL would drop the sequences
 * with the columns, which it refuses while something else uses one, or make them logged or unlogged with the table.
 */
export function freedSequences(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const keys = new Set(changes.map(changeKey));
  const changed = new Set(changes.flatMap(changedOwners));
  return [...before.settings.values()].flatMap((setting): readonly ChangeOf<'setting'>[] => {
    const { of: object, name } = setting;
    const uses = name === owningColumn ? before.definitions.get(objectKey(object))?.uses : undefined;
    if (keys.has(settingKey(setting)) || uses?.some((one) => changed.has(one)) !== true) return [];
    const kept = after.settings.get(settingKey(setting)) ?? null;
    return [{ kind: 'setting', object, name, before: setting, after: kept }];
  });
}

/**
 * Returns the names that `CatalogDefinition.uses` contains for what a change drops, perhaps to create it again, and for
 * the table whose persistence it changes.
 */
function changedOwners(change: Change): readonly string[] {
  if (isPersistence(change)) return [change.object.name];
  switch (change.kind) {
    case 'drop table':
      return [change.table.name];
    case 'drop partition':
      return [change.partition.name];
    case 'drop column':
      return [columnName(change.on, change.column.name)];
    case 'undefine':
      return [change.definition.name];
    case 'redefine':
      return isReplaced(change) ? [] : [change.before.name];
    default:
      return [];
  }
}
