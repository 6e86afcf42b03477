import type { Catalog, CatalogConstraint, CatalogDefinition } from '@headwater/kernel/internal/catalog';
import { objectKey } from '@headwater/kernel/internal/sql';
import { changeKey, type Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';

/**
 * Adds to changes the temporary removal of the objects that block them: foreign keys to a key that is dropped, foreign
 * keys between columns whose types change, and views, triggers and policies that use columns that change.
 */
export function withDependents(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const keys = new Set(changes.map(changeKey));
  const rebuiltKeys = unchangedForeignKeys(before, after)
    .filter(({ on, constraint: { name } }) => !keys.has(objectKey({ kind: 'constraint', table: on, name })))
    .filter((foreignKey) => isBlocking(foreignKey, changes))
    .flatMap(({ on, constraint }): readonly Change[] => [
      { kind: 'drop constraint', on, constraint },
      { kind: 'add constraint', on, constraint },
      ...commentChanges('constraint', on, constraint, constraint, true, true),
    ]);
  return [
    ...changes,
    ...foreignKeysToDropFirst(changes, before),
    ...rebuiltKeys,
    ...rebuiltDefinitions(changes, keys, before, after),
  ];
}

/**
 * Explicitly drops foreign keys that would otherwise be dropped with their column or table. That would be too late,
 * because the key that they reference is dropped earlier.
 */
function foreignKeysToDropFirst(changes: readonly Change[], before: Catalog): readonly Change[] {
  const tables = new Set(changes.flatMap((change) => (change.kind === 'drop table' ? [change.table.name] : [])));
  const columns = droppedColumns(changes);
  return [...before.tables.values()].flatMap(({ name: on, constraints }) =>
    [...constraints.values()].flatMap((constraint): readonly Change[] => {
      const target = constraint.references?.table ?? on;
      const isDropped = tables.has(on) || constraint.columns.some((column) => columns.has(columnName(on, column)));
      if (!isDropped || target === on) return [];
      // If both tables are dropped, the order of the `drop table` statements is enough.
      const isFirst = tables.has(target) ? !tables.has(on) : losesKey({ on, constraint }, changes);
      return isFirst ? [{ kind: 'drop constraint', on, constraint }] : [];
    }),
  );
}

interface ForeignKey {
  readonly on: string;
  readonly constraint: CatalogConstraint;
}

/** Returns the foreign keys that do not change. */
function unchangedForeignKeys(before: Catalog, after: Catalog): readonly ForeignKey[] {
  return [...before.tables.values()].flatMap(({ name: on, constraints }) => {
    const now = after.tables.get(on)?.constraints;
    return [...constraints.values()].flatMap((constraint) =>
      constraint.kind === 'foreign key' && now?.get(constraint.name)?.definition === constraint.definition
        ? [{ on, constraint }]
        : [],
    );
  });
}

function isBlocking({ on, constraint }: ForeignKey, changes: readonly Change[]): boolean {
  const { columns, references } = constraint;
  if (references === null) return false;
  const retyped = retypedColumns(changes);
  const isRetyped = (table: string) => (column: string) => retyped.has(columnName(table, column));
  // If only one end changes its type and the foreign key remains valid, the server converts it.
  const areBothRetyped = columns.some(isRetyped(on)) && references.columns.some(isRetyped(references.table));
  return areBothRetyped || losesKey({ on, constraint }, changes);
}

/** Whether the key that a foreign key references is dropped. */
function losesKey({ constraint: { references } }: ForeignKey, changes: readonly Change[]): boolean {
  return changes.some((change) => {
    if (references === null) return false;
    if (change.kind === 'drop column') {
      return change.on === references.table && references.columns.includes(change.column.name);
    }
    if (change.kind !== 'drop constraint' && change.kind !== 'drop index') return false;
    const { columns } = 'constraint' in change ? change.constraint : change.index;
    return change.on === references.table && columns.toSorted().join('\0') === references.columns.toSorted().join('\0');
  });
}

/** Returns the columns whose type changes or is rebuilt. */
function retypedColumns(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      if (change.kind === 'change enum' && change.rebuild) {
        return change.columns.map(({ on, column }) => columnName(on, column.name));
      }
      const isRetyped =
        change.kind === 'alter column' &&
        (change.before.type !== change.after.type || change.before.collation !== change.after.collation);
      return isRetyped ? [columnName(change.on, change.after.name)] : [];
    }),
  );
}

function droppedColumns(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => (change.kind === 'drop column' ? [columnName(change.on, change.column.name)] : [])),
  );
}

/** Rebuilds the views, triggers and policies that use a changed column or another rebuilt definition. */
function rebuiltDefinitions(
  changes: readonly Change[],
  keys: ReadonlySet<string>,
  before: Catalog,
  after: Catalog,
): readonly Change[] {
  const retyped = retypedColumns(changes);
  const dropped = droppedColumns(changes);
  const rebuilt = new Set(
    changes.flatMap((change) =>
      change.kind === 'redefine' || change.kind === 'undefine' ? [change.definition.name] : [],
    ),
  );
  const found: Change[] = [];
  // In the order of creation, so that each view comes after those that it uses.
  for (const definition of before.definitions.values()) {
    const key = objectKey(definition);
    const now = after.definitions.get(key);
    const usesAny = (names: ReadonlySet<string>): boolean => definition.uses.some((name) => names.has(name));
    // A definition that no entity declares is restored unchanged. That is impossible if its column is dropped.
    const isBlocked = usesAny(retyped) || (now !== undefined && usesAny(dropped)) || usesRebuilt(definition, rebuilt);
    if (!isBlocked || keys.has(key)) continue;
    if (definition.kind === 'materialized view' && now === undefined) continue;
    rebuilt.add(definition.name);
    found.push({ kind: 'redefine', before: definition, definition: now ?? definition });
  }
  return found;
}

function usesRebuilt({ uses, table }: CatalogDefinition, rebuilt: ReadonlySet<string>): boolean {
  return table === null && uses.some((name) => rebuilt.has(name));
}

/** Returns the name that `CatalogDefinition.uses` contains for a column. */
function columnName(table: string, column: string): string {
  return `${table}.${column}`;
}
