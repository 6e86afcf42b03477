import type { Catalog, CatalogConstraint, CatalogDefinition } from '@headwater/kernel/internal';
import { keyOf, type Change } from './change.ts';
import { commentChanges } from './comment-difference.ts';

/**
 * The same changes, and what has to go for a while so that they can be made, and comes back after them: foreign keys to a
 * key that is dropped or between columns whose types change, and views, triggers and policies over columns that change.
 */
export function withDependents(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const keys = new Set(changes.map(keyOf));
  const foreign = foreignKeysBetween(before, after)
    .filter(({ on, constraint }) => !keys.has(`constraint ${on}.${constraint.name}`))
    .filter((key) => isInTheWay(key, changes));
  const remade = foreign.flatMap(({ on, constraint }): readonly Change[] => [
    { kind: 'drop constraint', on, constraint },
    { kind: 'add constraint', on, constraint },
    ...commentChanges('constraint', on, constraint, constraint, true, true),
  ]);
  return [
    ...changes,
    ...goingForeignKeys(changes, before),
    ...remade,
    ...definitionsOver(changes, keys, before, after),
  ];
}

/** Foreign keys that would go with their column or table, while what they refer to goes before that. */
function goingForeignKeys(changes: readonly Change[], before: Catalog): readonly Change[] {
  const gone = new Set(changes.flatMap((change) => (change.kind === 'drop table' ? [change.table.name] : [])));
  const columns = new Set(
    changes.flatMap((change) => (change.kind === 'drop column' ? [`${change.on}.${change.column.name}`] : [])),
  );
  return [...before.tables.values()].flatMap(({ name: on, constraints }) =>
    [...constraints.values()].flatMap((constraint): readonly Change[] => {
      const target = constraint.references?.table ?? on;
      const goes = gone.has(on) || constraint.columns.some((column) => columns.has(`${on}.${column}`));
      if (!goes || target === on) return [];
      // Of two tables that go, `drop table` itself minds the order.
      const isFirst = gone.has(target) ? !gone.has(on) : losesKey({ on, constraint }, changes);
      return isFirst ? [{ kind: 'drop constraint', on, constraint }] : [];
    }),
  );
}

interface ForeignKey {
  readonly on: string;
  readonly constraint: CatalogConstraint;
}

/** The foreign keys that are the same before and after. */
function foreignKeysBetween(before: Catalog, after: Catalog): readonly ForeignKey[] {
  return [...before.tables.values()].flatMap(({ name: on, constraints }) => {
    const now = after.tables.get(on)?.constraints;
    return [...constraints.values()].flatMap((constraint) =>
      constraint.kind === 'foreign key' && now?.get(constraint.name)?.definition === constraint.definition
        ? [{ on, constraint }]
        : [],
    );
  });
}

function isInTheWay({ on, constraint }: ForeignKey, changes: readonly Change[]): boolean {
  const { columns, references } = constraint;
  if (references === null) return false;
  const retyped = retypedIn(changes);
  const isRetyped = (table: string) => (column: string) => retyped.has(`${table}.${column}`);
  // With the type of one end alone the server can do it by itself, or it could not stay at all.
  const isBetweenRetyped = columns.some(isRetyped(on)) && references.columns.some(isRetyped(references.table));
  return isBetweenRetyped || losesKey({ on, constraint }, changes);
}

/** Whether the key that a foreign key refers to is dropped. */
function losesKey({ constraint: { references } }: ForeignKey, changes: readonly Change[]): boolean {
  return changes.some((change) => {
    if (references === null) return false;
    if (change.kind === 'drop column') {
      return change.on === references.table && references.columns.includes(change.column.name);
    }
    const key =
      change.kind === 'drop constraint' ? change.constraint : change.kind === 'drop index' ? change.index : null;
    return (
      key !== null &&
      (change.kind === 'drop constraint' || change.kind === 'drop index') &&
      change.on === references.table &&
      key.columns.toSorted().join('\0') === references.columns.toSorted().join('\0')
    );
  });
}

function retypedIn(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      if (change.kind === 'change enum' && change.rebuild) {
        return change.columns.map(({ on, column }) => `${on}.${column.name}`);
      }
      const retyped =
        change.kind === 'alter column' &&
        (change.before.type !== change.after.type || change.before.collation !== change.after.collation);
      return retyped ? [`${change.on}.${change.after.name}`] : [];
    }),
  );
}

function definitionsOver(
  changes: readonly Change[],
  keys: ReadonlySet<string>,
  before: Catalog,
  after: Catalog,
): readonly Change[] {
  const retyped = retypedIn(changes);
  const dropped = new Set(
    changes.flatMap((change) => (change.kind === 'drop column' ? [`${change.on}.${change.column.name}`] : [])),
  );
  const remade = new Set(
    changes.flatMap((change) =>
      change.kind === 'redefine' || change.kind === 'undefine' ? [change.definition.name] : [],
    ),
  );
  const found: Change[] = [];
  // In the order in which they were made, so that what a view is over comes before it.
  for (const definition of before.definitions.values()) {
    const now = after.definitions.get(`${definition.kind} ${inTable(definition)}`);
    const over = (names: ReadonlySet<string>): boolean => definition.over.some((name) => names.has(name));
    // One that no entity declares comes back as it was, which it cannot without the column.
    const isOver = over(retyped) || (now !== undefined && over(dropped)) || overRemade(definition, remade);
    if (!isOver || keys.has(`${definition.kind} ${inTable(definition)}`)) continue;
    if (definition.kind === 'materialized view' && now === undefined) continue;
    remade.add(definition.name);
    found.push({ kind: 'redefine', before: definition, definition: now ?? definition });
  }
  return found;
}

function overRemade({ over, table }: CatalogDefinition, remade: ReadonlySet<string>): boolean {
  return table === null && over.some((name) => remade.has(name));
}

function inTable({ table, name }: CatalogDefinition): string {
  return `${table === null ? '' : `${table}.`}${name}`;
}
