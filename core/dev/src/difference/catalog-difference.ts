import type { Catalog } from '@headwater/kernel/internal/catalog';
import { objectKey } from '@headwater/kernel/internal/sql';
import type { Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { compareMaps } from './compare-maps.ts';
import { enumChanges } from './enum-difference.ts';
import { hasRelation, settingChanges } from './setting-difference.ts';
import { newTableChanges, tableChanges, type TableOptions } from './table-difference.ts';

/** Options for a comparison. */
export interface DifferenceOptions {
  /**
   * Whether to drop objects that `after` lacks even if they are of a kind that entities need not or cannot declare:
   * views, functions, triggers, policies, exclusion constraints, row security, settings, and comments on anything but
   * tables and columns. Default: false, since `after` may come from entities.
   */
  readonly undefine?: boolean;
}

/**
 * Returns the changes from `before` to `after`, in no particular order. Matches objects by name and never guesses
 * renames.
 */
export function differenceOf(
  before: Catalog,
  after: Catalog,
  { undefine = false }: DifferenceOptions = {},
): readonly Change[] {
  const schemas: Change[] = [];
  compareMaps(before.schemas, after.schemas, {
    removed: (schema) => schemas.push({ kind: 'drop schema', schema }),
    added: (schema) =>
      schemas.push({ kind: 'create schema', schema }, ...commentChanges('schema', null, null, schema, undefine)),
    kept: (old, now) => schemas.push(...commentChanges('schema', null, old, now, undefine)),
  });
  const definitions = definitionChanges(before, after, undefine);
  const tables = allTableChanges(before, after, { undefine, rebuilt: new Set() });
  const settings = settingChanges(before, after, undefine);
  const enums = enumChanges(before, after, [...tables, ...definitions, ...settings], undefine);
  const rebuilt = new Set(
    enums.flatMap((change) => (change.kind === 'change enum' && change.rebuild ? [change.after.name] : [])),
  );
  // Expressions that contain a constant of an enum must be dropped while the enum is rebuilt.
  const finalTables = rebuilt.size === 0 ? tables : allTableChanges(before, after, { undefine, rebuilt });
  return [...schemas, ...finalTables, ...definitions, ...enums, ...settings];
}

function allTableChanges(before: Catalog, after: Catalog, options: TableOptions): readonly Change[] {
  const changes: Change[] = [];
  compareMaps(before.tables, after.tables, {
    removed: (table) => changes.push({ kind: 'drop table', table }),
    added: (table) => changes.push({ kind: 'create table', table }, ...newTableChanges(table)),
    kept: (old, now) => changes.push(...tableChanges(old, now, options)),
  });
  return changes;
}

const viewKinds = ['view', 'materialized view'];

/** The kinds that entities can declare. An entity's catalog has the others only as its tables leave them. */
const declaredKinds: ReadonlySet<string> = new Set([...viewKinds, 'function', 'trigger', 'policy']);

function definitionChanges(before: Catalog, after: Catalog, undefine: boolean): readonly Change[] {
  const changes: Change[] = [];
  compareMaps(before.definitions, after.definitions, {
    removed: (definition) => {
      const { name, table } = definition;
      const isDroppedWithTable = table !== null && !hasRelation(after, table);
      // A new table, or a view of the other kind, has the same name.
      const isReplaced =
        table === null &&
        (after.tables.has(name) || viewKinds.some((kind) => after.definitions.has(objectKey({ kind, table, name }))));
      if ((undefine && !isDroppedWithTable) || isReplaced) changes.push({ kind: 'undefine', definition });
    },
    added: (definition) => changes.push({ kind: 'define', definition }),
    kept: (old, now) => {
      const isDeclared = undefine || declaredKinds.has(now.kind);
      if (isDeclared && old.definition !== now.definition) {
        changes.push({ kind: 'redefine', before: old, definition: now });
      }
    },
  });
  return changes;
}
