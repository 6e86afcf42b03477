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
  type SqlStatement,
} from '@headwater/kernel/internal/sql';

/** A revision that created an object with a certain name, or renamed an object to it. */
export interface Origin {
  readonly revision: string;
  readonly object: TrackedObject;
  /** Whether it accepts that the object exists already: `or replace`, `if not exists`. */
  readonly isLenient: boolean;
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
    const origin: Origin = { revision: now, object, isLenient: false };
    append(made, lookupKey(object), origin);
    if (object.table !== null) append(byTable, object.table, origin);
  });
  for (const revision of revisions) {
    now = revision.id;
    if (wanted.has(now)) before.set(now, new Map(schema.objects));
    for (const statement of await followRevision(schema, revision)) addCreations(made, statement, revision);
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

/**
 * Adds the creation of an object that exists already in the order of the plan, since that order may be wrong, and marks
 * creations that accept an existing object.
 */
function addCreations(
  made: Map<string, Origin[]>,
  { creates, ifExists }: SqlStatement,
  { id, plugin }: HistoryRevision,
): void {
  for (const created of creates) {
    if (created.table !== null || isTemporary(created)) continue;
    const key = lookupKey(created);
    const origins = made.get(key) ?? [];
    const known = origins.find(({ revision }) => revision === id);
    const object = known?.object ?? { ...created, plugin, createdBy: id, revision: id };
    const origin: Origin = { revision: id, object, isLenient: ifExists !== 'fails' };
    made.set(key, known === undefined ? [...origins, origin] : origins.map((one) => (one === known ? origin : one)));
  }
}

async function followRevision(
  schema: TrackedSchema,
  { id, plugin, up }: HistoryRevision,
): Promise<readonly SqlStatement[]> {
  if (up.kind === 'code') return [];
  try {
    return await trackSql(up.text, schema, { id, plugin });
  } catch {
    // The `syntax` rule reports it.
    return [];
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
  if (direct.length > 0) return withoutIntruders(direct);
  // Keys, indexes of constraints, row types and extensions have other names, so ask findObject about each candidate.
  const near = table === null ? [...made.values()].flat() : (byTable.get(table) ?? []);
  if (kind !== 'key' && kind !== 'index' && kind !== 'type' && kind !== 'function') return [];
  return near.filter(({ object }) => findObject(new Map([[lookupKey(object), object]]), wanted) !== null);
}

/** Removes the plugins that only re-create an object which another plugin insists on creating. */
function withoutIntruders(origins: readonly Origin[]): readonly Origin[] {
  const makers = new Set(origins.flatMap(({ isLenient, object }) => (isLenient ? [] : [object.plugin])));
  return makers.size === 0 ? origins : origins.filter(({ object }) => makers.has(object.plugin));
}
