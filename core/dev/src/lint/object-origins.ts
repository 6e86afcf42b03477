import type { HistoryRevision } from '@headwater/kernel/internal/ownership';
import {
  findObject,
  isTemporary,
  trackSql,
  lookupKey,
  trackedSchema,
  type TrackedSchema,
  type TrackedObject,
  type TrackedObjects,
  type SqlObject,
} from '@headwater/kernel/internal/sql';

/** A revision that created an object with a certain name, or renamed an object to it. */
export interface Origin {
  readonly revision: string;
  readonly object: TrackedObject;
}

/** The origins of every object that a sequence of revisions ever created, including objects that were dropped later. */
export interface ObjectOrigins {
  /** Returns the origins of the object that `wanted` refers to, in the order of the revisions. */
  readonly of: (wanted: SqlObject) => readonly Origin[];
  /** Returns the objects that exist before a revision. */
  readonly before: (revision: string) => TrackedObjects;
}

/**
 * Tracks the objects that revisions create, in the order of a plan. If a revision does not declare a dependency, that
 * order may be wrong, so an origin may be any revision and not only an earlier one. `wanted` lists the revisions for
 * which `before` will be called.
 */
export async function objectOrigins(
  revisions: readonly HistoryRevision[],
  wanted: ReadonlySet<string>,
): Promise<ObjectOrigins> {
  const made = new Map<string, Origin[]>();
  const byTable = new Map<string, Origin[]>();
  const before = new Map<string, TrackedObjects>();
  let now = '';
  const schema = trackedSchema(undefined, (object) => {
    if (isTemporary(object)) return;
    append(made, lookupKey(object), { revision: now, object });
    if (object.table !== null) append(byTable, object.table, { revision: now, object });
  });
  for (const revision of revisions) {
    now = revision.id;
    if (wanted.has(now)) before.set(now, new Map(schema.objects));
    await followRevision(schema, revision);
  }
  return {
    before: (revision) => before.get(revision) ?? new Map(),
    of: (object) => originsOf(object, made, byTable),
  };
}

function append(map: Map<string, Origin[]>, key: string, origin: Origin): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [origin]);
  else list.push(origin);
}

async function followRevision(schema: TrackedSchema, { id, plugin, up }: HistoryRevision): Promise<void> {
  if (up.kind === 'code') return;
  try {
    await trackSql(up.text, schema, { id, plugin });
  } catch {
    // The `syntax` rule reports it.
  }
}

/** Resolves a name as `findObject` does, but among all objects that ever existed. */
function originsOf(
  wanted: SqlObject,
  made: ReadonlyMap<string, readonly Origin[]>,
  byTable: ReadonlyMap<string, readonly Origin[]>,
): readonly Origin[] {
  const { kind, name, table, among } = wanted;
  const tables = among ?? [table];
  const direct = tables.flatMap((one) => made.get(lookupKey({ kind, name, table: one })) ?? []);
  if (direct.length > 0) return direct;
  // Keys, indexes of constraints, row types and extensions have other names, so ask findObject about each candidate.
  const near = table === null ? [...made.values()].flat() : (byTable.get(table) ?? []);
  if (kind !== 'key' && kind !== 'index' && kind !== 'type' && kind !== 'function') return [];
  return near.filter(({ object }) => findObject(new Map([[lookupKey(object), object]]), wanted) !== null);
}
