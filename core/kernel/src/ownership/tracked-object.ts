import { nameTakenBy } from '../sql/statement-effects.ts';
import { bareName } from '../sql/qualified-name.ts';
import { lookupKey, type SqlObject } from '../sql/sql-object.ts';

/** An object that some revision made. */
export interface TrackedObject extends SqlObject {
  /** Whose revision created it. */
  readonly plugin: string;
  /** The revision that created it. */
  readonly createdBy: string;
  /** The revision that created or last changed it; a new name is a change. Of a table its columns are no part here. */
  readonly revision: string;
}

/** What is there at one moment, by `lookupKey`. */
export type TrackedObjects = ReadonlyMap<string, TrackedObject>;

/**
 * The object that SQL means. Where none of the kind is there: a constraint for its index, a table for its row type, an
 * extension for a type or function of its name. Of a `key` the constraint or index; of a column that may be in several
 * tables, the first that has it.
 */
export function findObject(objects: TrackedObjects, wanted: SqlObject): TrackedObject | null {
  const { kind, name, table, columns, among } = wanted;
  if (kind === 'key') return table === null ? null : keyOf(objects, table, columns);
  const places = among ?? [table];
  for (const place of places) {
    const found = objects.get(lookupKey({ kind, name, table: place }));
    if (found !== undefined) return found;
  }
  if (kind === 'index') return constraintByIndex(objects, name);
  if (kind !== 'type' && kind !== 'function') return null;
  const rowType = kind === 'type' ? objects.get(lookupKey({ kind: 'table', name, table: null })) : undefined;
  return rowType ?? objects.get(lookupKey({ kind: 'extension', name: bareName(name), table: null })) ?? null;
}

/** What is inside a table, and the indexes and sequences that go with it. */
export function partsOf(objects: TrackedObjects, table: string): readonly TrackedObject[] {
  return objects
    .values()
    .filter((object) => object.table === table)
    .toArray();
}

/** The key of a table over exactly these columns, in any order; its primary key where none are given. */
export function keyOf(objects: TrackedObjects, table: string, columns?: readonly string[]): TrackedObject | null {
  const keys = partsOf(objects, table).filter(({ form }) => form === 'primary' || form === 'unique');
  const primary = keys.find(({ form }) => form === 'primary') ?? null;
  if (columns === undefined) return primary;
  const wanted = columns.toSorted().join('\n');
  const fits = (key: TrackedObject): boolean => key.columns?.toSorted().join('\n') === wanted;
  return primary !== null && fits(primary) ? primary : (keys.find(fits) ?? null);
}

function constraintByIndex(objects: TrackedObjects, name: string): TrackedObject | null {
  for (const object of objects.values()) {
    const { kind, form } = object;
    const hasIndex = kind === 'constraint' && form !== 'foreign' && form !== 'check' && form !== 'not null';
    if (hasIndex && nameTakenBy(object) === name) return object;
  }
  return null;
}
