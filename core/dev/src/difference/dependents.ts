import type { Catalog, CatalogConstraint, CatalogSetting } from '@headwater/kernel/internal/catalog';
import { objectKey } from '@headwater/kernel/internal/sql';
import { changedObjectKey, changeKey, columnName, rebuiltTypes, type Change, type ChangeOf } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { isReplaced } from './definition-sql.ts';
import { freedSequences } from './freed-sequences.ts';
import { inOrderOfPersistence, joinsCycle } from './persistence.ts';
import { suspendedDefaults } from './sequence-defaults.ts';
import { hasObject, isPrivileges } from './setting-difference.ts';
import { suspendedPrivileges } from './suspended-privileges.ts';

/**
 * Adds to changes the temporary removal of the objects that block them: foreign keys to a key that is dropped, foreign
 * keys between columns whose types change, and views, triggers and policies that use columns that change. Whatever is
 * rebuilt gets its settings back.
 */
export function withDependents(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const keys = new Set(changes.map(changeKey));
  const rebuiltKeys = unchangedForeignKeys(before, after)
    .filter(({ on, constraint: { name } }) => !keys.has(objectKey({ kind: 'constraint', table: on, name })))
    .filter((foreignKey) => isBlocking(foreignKey, changes, before))
    .flatMap(({ on, constraint }): readonly Change[] => [
      { kind: 'drop constraint', on, constraint },
      { kind: 'add constraint', on, constraint },
      ...commentChanges('constraint', on, constraint, constraint, true),
    ]);
  const all = [
    ...changes,
    ...foreignKeysToDropFirst(changes, before).filter((change) => !keys.has(changeKey(change))),
    ...rebuiltKeys,
    ...rebuiltDefinitions(changes, keys, before, after),
  ];
  const settings = [
    ...lostSettings(all, before, after),
    ...freedSequences(all, before, after),
    ...suspendedDefaults(all, before, after),
    ...suspendedPrivileges(all, before, after),
  ];
  return inOrderOfPersistence([...all, ...settings], before);
}

/** Sets the settings of rebuilt objects again, and those that a column loses when its type changes. */
function lostSettings(changes: readonly Change[], before: Catalog, after: Catalog): readonly Change[] {
  const changed = new Set(changes.flatMap((change) => (change.kind === 'setting' ? [changeKey(change)] : [])));
  const rebuilt = new Set(changes.flatMap((change) => (isRebuilt(change, before) ? [changedObjectKey(change)] : [])));
  for (const change of changes) {
    if (change.kind === 'change enum') for (const domain of change.domains) rebuilt.add(objectKey(domain));
  }
  const retyped = retypedColumns(changes, before);
  const retypedTables = new Set(changes.filter(isRetyped).flatMap(({ on }) => [on, ...heirsOf(on, before)]));
  return [...after.settings].flatMap(([key, setting]): readonly Change[] => {
    const { of: object, name } = setting;
    const owner = objectKey(object);
    // PostgreSQL builds the indexes over a column again when its type changes, and keeps everything else of theirs.
    const isOfIndex = object.kind === 'index' && retypedTables.has(object.table ?? '');
    const isLost =
      rebuilt.has(owner) ||
      (object.kind === 'column' &&
        lostWithType.has(name) &&
        retyped.has(columnName(object.table ?? '', object.name))) ||
      isOfRetypedKey(setting, retyped, before) ||
      (isOfIndex && name.startsWith('statistics target of key')) ||
      isOverwritten(setting, changes) ||
      isRevoked(setting, changes);
    return !isLost || changed.has(key) ? [] : [{ kind: 'setting', object, name, before: null, after: setting }];
  });
}

/** The settings of a column that PostgreSQL returns to the default of the new type. */
const lostWithType: ReadonlySet<string> = new Set(['storage', 'compression']);

/** Whether a setting is the state of the triggers of a foreign key that PostgreSQL creates again with new column types. */
function isOfRetypedKey(
  { of, name }: CatalogSetting,
  retyped: ReadonlySet<string>,
  { tables }: Pick<Catalog, 'tables'>,
): boolean {
  const table = of.table ?? '';
  const key = of.kind === 'constraint' ? tables.get(table)?.constraints.get(of.name) : undefined;
  if (key === undefined || !name.startsWith('state of triggers on ')) return false;
  const { columns, references } = key;
  return (
    columns.some((column) => retyped.has(columnName(table, column))) ||
    references?.columns.some((column) => retyped.has(columnName(references.table, column))) === true
  );
}

/** Whether a change to a column of a partitioned table overwrites a setting of the same column of a partition. */
function isOverwritten({ of, name }: CatalogSetting, changes: readonly Change[]): boolean {
  if (of.kind !== 'partition') return false;
  return changes.some(
    (change) =>
      change.kind === 'alter column' && change.on === of.table && name.endsWith(` of column ${change.after.name}`),
  );
}

/** Whether a setting is the privileges of a role on a column, which PostgreSQL revokes with those on the whole table. */
function isRevoked({ of, name }: CatalogSetting, changes: readonly Change[]): boolean {
  return changes.some((change) => {
    if (change.kind !== 'setting' || change.before === null || !isPrivileges(change)) return false;
    const { object } = change;
    return of.kind === 'column'
      ? object.kind === 'table' && object.name === of.table && change.name === name
      : objectKey(object) === objectKey(of) && name.startsWith(`${change.name} of column `);
  });
}

function isRetyped(change: Change): change is ChangeOf<'alter column'> {
  if (change.kind !== 'alter column') return false;
  return change.before.type !== change.after.type || change.before.collation !== change.after.collation;
}

/** Whether a change creates an object that exists already, which therefore must be dropped first. */
function isRebuilt(change: Change, before: Catalog): boolean {
  switch (change.kind) {
    case 'redefine':
      return !isReplaced(change);
    case 'change enum':
      return change.rebuild;
    case 'add column':
      return hasObject(before, { kind: 'column', table: change.on, name: change.column.name });
    case 'add constraint':
      return hasObject(before, { kind: 'constraint', table: change.on, name: change.constraint.name });
    case 'add index':
      return hasObject(before, { kind: 'index', table: change.on, name: change.index.name });
    case 'add partition':
      return hasObject(before, { kind: 'partition', table: change.on, name: change.partition.name });
    default:
      return false;
  }
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

function isBlocking({ on, constraint }: ForeignKey, changes: readonly Change[], before: Catalog): boolean {
  const { columns, references } = constraint;
  if (references === null) return false;
  const retyped = retypedColumns(changes, before);
  const isRetyped = (table: string) => (column: string) => retyped.has(columnName(table, column));
  // If only one end changes its type and the foreign key remains valid, the server converts it.
  const areBothRetyped = columns.some(isRetyped(on)) && references.columns.some(isRetyped(references.table));
  return (
    areBothRetyped ||
    losesKey({ on, constraint }, changes) ||
    joinsCycle({ on, target: references.table }, changes, before)
  );
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
function retypedColumns(changes: readonly Change[], before: Catalog): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      if (change.kind === 'change enum' && change.rebuild) {
        return change.columns.map(({ on, column }) => columnName(on, column.name));
      }
      if (!isRetyped(change)) return [];
      return [change.on, ...heirsOf(change.on, before)].map((table) => columnName(table, change.after.name));
    }),
  );
}

/** Returns the tables that inherit from a table, directly or through others, and its partitions. */
function heirsOf(table: string, { tables }: Pick<Catalog, 'tables'>): readonly string[] {
  const children = [...tables.values()].filter(({ inherits }) => inherits.includes(table)).map(({ name }) => name);
  const partitions = [...(tables.get(table)?.partitions.keys() ?? [])];
  return [...partitions, ...children.flatMap((child) => [child, ...heirsOf(child, { tables })])];
}

function droppedColumns(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => (change.kind === 'drop column' ? [columnName(change.on, change.column.name)] : [])),
  );
}

/** Rebuilds the definitions that use a changed column, that use another rebuilt definition, or that are on one. */
function rebuiltDefinitions(
  changes: readonly Change[],
  keys: ReadonlySet<string>,
  before: Catalog,
  after: Catalog,
): readonly Change[] {
  const retyped = retypedColumns(changes, before);
  const added = new Set(
    changes.flatMap((change) => (change.kind === 'add column' ? [columnName(change.on, change.column.name)] : [])),
  );
  const recreated = droppedColumns(changes).intersection(added);
  // Its name may be that of a view now, which other definitions use instead.
  const dropped = changes.flatMap((change) => (change.kind === 'drop table' ? [change.table] : []));
  const gone = new Set(
    dropped.flatMap(({ name, columns }) => [name, ...Array.from(columns.keys(), (column) => columnName(name, column))]),
  );
  const rebuilt = new Set(
    changes.flatMap((change) => {
      const isDropped = change.kind === 'undefine' || (change.kind === 'redefine' && !isReplaced(change));
      return isDropped && change.definition.table === null ? [change.definition.name] : rebuiltTypes(change);
    }),
  );
  const rowTypes = [...rebuilt, ...dropped.map(({ name }) => name)].map((name) => `${name}.*`);
  const types = new Set([...changes.flatMap(rebuiltTypes), ...rowTypes]);
  const removed = new Set(changes.flatMap(removedRelation));
  const found: Change[] = [];
  // In the order of creation, so that each view comes after those that it uses.
  for (const definition of before.definitions.values()) {
    // A sequence only belongs to what it uses.
    if (definition.kind === 'sequence') continue;
    const key = objectKey(definition);
    const now = after.definitions.get(key);
    const usesAny = (names: ReadonlySet<string>): boolean => definition.uses.some((name) => names.has(name));
    if (![retyped, recreated, rebuilt, types, gone].some(usesAny) || keys.has(key)) continue;
    if (types.has(definition.name)) continue;
    // A function gets its body back in place, unless its arguments or its result have another type now.
    const isDropped = definition.kind !== 'function' || usesAny(types);
    if (definition.table === null && isDropped) {
      rebuilt.add(definition.name);
      types.add(`${definition.name}.*`);
    }
    if (definition.table !== null && removed.has(definition.table)) continue;
    // A removed definition is in the changes already, unless it is dropped with its table.
    if (now !== undefined) {
      const change = { kind: 'redefine', before: definition, definition: now } as const;
      found.push(isDropped ? { ...change, isDropped } : change);
    }
  }
  return found;
}

/** Returns the relation that a change drops for good, along with its triggers, policies and rules. */
function removedRelation(change: Change): readonly string[] {
  if (change.kind === 'drop table') return [change.table.name];
  if (change.kind === 'drop partition') return [change.partition.name];
  return change.kind === 'undefine' ? [change.definition.name] : [];
}
