import type { Catalog } from '@headwater/kernel/internal/catalog';
import { rebuiltTypes, type Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { compareMaps } from './compare-maps.ts';
import { enumChanges } from './enum-difference.ts';
import { withMatchedSequences } from './matched-sequences.ts';
import { hasRelation, settingChanges } from './setting-difference.ts';
import { newTableChanges, tableChanges } from './table-difference.ts';

/**
 * Returns the changes from `old` to `now`, in no particular order. Matches objects by name and never guesses
 * renames.
 */
export function differenceOf(old: Catalog, now: Catalog): readonly Change[] {
  // A catalog that was read again without a change is the same value.
  if (old === now) return [];
  const [before, after] = withMatchedSequences([old, now]);
  const schemas: Change[] = [];
  compareMaps(before.schemas, after.schemas, {
    removed: (schema) => schemas.push({ kind: 'drop schema', schema }),
    added: (schema) => schemas.push({ kind: 'create schema', schema }, ...commentChanges('schema', null, null, schema)),
    kept: (old, now) => schemas.push(...commentChanges('schema', null, old, now)),
  });
  const definitions = definitionChanges(before, after);
  const tables = allTableChanges(before, after, new Set());
  const settings = settingChanges(before, after);
  const enums = enumChanges(before, after, [...tables, ...definitions, ...settings]);
  const rebuilt = new Set(enums.flatMap((change) => rebuiltTypes(change)));
  // Expressions that contain a constant of an enum must be dropped while the enum is rebuilt.
  const finalTables = rebuilt.size === 0 ? tables : allTableChanges(before, after, rebuilt);
  return [...schemas, ...finalTables, ...definitions, ...enums, ...settings];
}

function allTableChanges(before: Catalog, after: Catalog, rebuilt: ReadonlySet<string>): readonly Change[] {
  const changes: Change[] = [];
  compareMaps(before.tables, after.tables, {
    removed: (table) => changes.push({ kind: 'drop table', table }),
    added: (table) => changes.push({ kind: 'create table', table }, ...newTableChanges(table, after.tables)),
    kept: (old, now) =>
      changes.push(...tableChanges(old, now, { before: before.tables, after: after.tables }, rebuilt)),
  });
  return changes;
}

function definitionChanges(before: Catalog, after: Catalog): readonly Change[] {
  const changes: Change[] = [];
  compareMaps(before.definitions, after.definitions, {
    removed: (definition) => {
      const { table } = definition;
      const isDroppedWithTable = table !== null && !hasRelation(after, table);
      if (!isDroppedWithTable) changes.push({ kind: 'undefine', definition });
    },
    added: (definition) => changes.push({ kind: 'define', definition }),
    kept: (old, now) => {
      if (old.definition !== now.definition) changes.push({ kind: 'redefine', before: old, definition: now });
    },
  });
  return changes;
}
