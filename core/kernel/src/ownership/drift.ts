import type { ObjectStates } from '../catalog/object-states.ts';
import { lookupKey } from '../sql/object-key.ts';
import { writtenSchema } from '../sql/qualified-name.ts';
import type { SqlKind } from '../sql/sql-object.ts';
import type { TrackedObject, TrackedObjects } from '../sql/tracked-object.ts';

/** The difference between the objects that a ledger records and those that exist. */
export interface ObjectDrift {
  /** Recorded objects that do not exist, in the order of their creation. The parts of a missing table are left out. */
  readonly missing: readonly TrackedObject[];
  /** Tables, views, sequences and types in the schema of the tables that no recorded revision has created. */
  readonly unknown: readonly UnknownObject[];
}

/** An object that no recorded revision has created. */
export interface UnknownObject {
  readonly kind: string;
  readonly name: string;
}

/**
 * The kinds of objects that both the ledger and the catalog name in the same way. PostgreSQL chooses the names of most
 * constraints, and renames some of them.
 */
const comparable: ReadonlySet<string> = new Set<SqlKind>([
  'schema',
  'extension',
  'table',
  'view',
  'sequence',
  'type',
  'function',
  'column',
  'index',
  'trigger',
  'policy',
  'rule',
  'statistics',
]);

/** The kinds of objects that do not belong to a table. PostgreSQL creates functions of its own for a range type. */
const independent: ReadonlySet<string> = new Set<SqlKind>(['table', 'view', 'sequence', 'type']);

/** Returns the keys of the objects in the catalog that can be compared. */
export function existingKeys(states: ObjectStates): ReadonlySet<string> {
  const existing = new Set<string>();
  for (const { kind, name, parent } of states.values()) {
    const table = parent === null ? null : (states.get(parent)?.name ?? null);
    if (comparable.has(kind)) existing.add(lookupKey({ kind: kind as SqlKind, name, table }));
  }
  return existing;
}

/** Compares the objects that the ledger records with those in the catalog, by kind and name. */
export function driftBetween(recorded: TrackedObjects, states: ObjectStates): ObjectDrift {
  const existing = existingKeys(states);
  const exists = (object: TrackedObject): boolean => existing.has(lookupKey(object));
  // What happens to a parent happens to its heirs, unseen by the SQL that names only the parent.
  const heirs = new Set(Array.from(states.values()).flatMap(({ kind, name }) => (kind === 'partition' ? [name] : [])));
  const isRecorded = (table: string): boolean => recorded.has(lookupKey({ kind: 'table', name: table, table: null }));
  const isOwn = ({ kind, table }: TrackedObject): boolean =>
    table === null || (kind !== 'sequence' && isRecorded(table) && !heirs.has(table));
  const gone = Array.from(recorded.values()).filter(
    (object) => comparable.has(object.kind) && isOwn(object) && !exists(object),
  );
  const goneTables = new Set(gone.flatMap(({ kind, name }) => (kind === 'table' || kind === 'view' ? [name] : [])));
  return {
    missing: gone.filter(({ table }) => table === null || !goneTables.has(table)),
    unknown: Array.from(states.values()).flatMap(({ kind, name, parent }) => {
      const isOurs = independent.has(kind) && parent === null && writtenSchema(name) === null;
      return isOurs && !recorded.has(lookupKey({ kind: kind as SqlKind, name, table: null })) ? [{ kind, name }] : [];
    }),
  };
}
