import { reservedName } from './statement-effects.ts';
import { parseName } from './qualified-name.ts';
import { lookupKey } from './object-key.ts';
import type { SqlObject } from './sql-object.ts';

/** An object with the revisions that created and last changed it. */
export interface TrackedObject extends SqlObject {
  /** The plugin of the revision that created it. */
  readonly plugin: string;
  /** The revision that created it. */
  readonly createdBy: string;
  /**
   * The revision that created or last changed it. A rename is a change; a change to a column is not a change to its
   * table.
   */
  readonly revision: string;
  /** In SQL that is analyzed separately: the object as it was before the SQL. Absent if the SQL creates the object. */
  readonly before?: TrackedObject;
}

/** The objects of a schema at one moment, by `lookupKey`. */
export type TrackedObjects = ReadonlyMap<string, TrackedObject>;

/**
 * Finds the object that SQL refers to. If there is none of the wanted kind, an index may be found as its constraint, a
 * type as the row type of a table, and a type or function as the extension with its name. A `key` is found as its
 * constraint or index. A column that may be in several tables is found in the first table that has it.
 */
export function findObject(objects: TrackedObjects, wanted: SqlObject): TrackedObject | null {
  const { kind, name, table, columns, among } = wanted;
  if (kind === 'key') return table === null ? null : findUniqueKey(objects, table, columns);
  for (const candidate of among ?? [table]) {
    const found = objects.get(lookupKey({ kind, name, table: candidate }));
    if (found !== undefined) return found;
  }
  if (kind === 'index') return findConstraintOfIndex(objects, name);
  if (kind !== 'type' && kind !== 'function') return null;
  const rowType = kind === 'type' ? objects.get(lookupKey({ kind: 'table', name, table: null })) : undefined;
  const extension = { kind: 'extension', name: parseName(name).name, table: null } as const;
  return rowType ?? objects.get(lookupKey(extension)) ?? null;
}

/** Returns the objects in a table, and the indexes and sequences that belong to it. */
export function partsOfTable(objects: TrackedObjects, table: string): readonly TrackedObject[] {
  return objects
    .values()
    .filter((object) => object.table === table)
    .toArray();
}

/**
 * Returns a column that SQL refers to and that no statement visibly creates, if its table is known: a column of a view,
 * of `create table as`, or of a copied table. It counts as created with its table.
 */
export function columnOfKnownTable(objects: TrackedObjects, wanted: SqlObject): TrackedObject | null {
  const { kind, table } = wanted;
  if (kind !== 'column' || table === null) return null;
  const found = objects.get(lookupKey({ kind: 'table', name: table, table: null }));
  return found === undefined
    ? null
    : { kind, name: wanted.name, table, plugin: found.plugin, createdBy: found.createdBy, revision: found.createdBy };
}

/** Finds the key of a table over exactly these columns, in any order; without columns, its primary key. */
function findUniqueKey(
  objects: TrackedObjects,
  table: string,
  columns: readonly string[] | undefined,
): TrackedObject | null {
  const keys = partsOfTable(objects, table).filter(({ form }) => form === 'primary' || form === 'unique');
  const primary = keys.find(({ form }) => form === 'primary') ?? null;
  if (columns === undefined) return primary;
  const wanted = columns.toSorted().join('\n');
  const isWanted = (key: TrackedObject): boolean => key.columns?.toSorted().join('\n') === wanted;
  return primary !== null && isWanted(primary) ? primary : (keys.find(isWanted) ?? null);
}

function findConstraintOfIndex(objects: TrackedObjects, name: string): TrackedObject | null {
  for (const object of objects.values()) {
    const { kind, form } = object;
    const hasIndex = kind === 'constraint' && form !== 'foreign' && form !== 'check' && form !== 'not null';
    if (hasIndex && reservedName(object) === name) return object;
  }
  return null;
}
