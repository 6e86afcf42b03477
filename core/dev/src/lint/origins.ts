import { findObject, followSql, identityOf, openSchema, type HistoryRevision, type LiveSchema, type MadeObject, type MadeObjects, type SqlObject } from '@headwater/kernel/internal';

/** A revision that at some time made an object of a name, or gave it that name. */
export interface Origin {
  readonly revision: string;
  readonly object: MadeObject;
}

/** Every object that a row of revisions ever made, also those that are gone since, by what made them. */
export interface Origins {
  /** The revisions that made what SQL means by that, in the order of the row. */
  readonly of: (wanted: SqlObject) => readonly Origin[];
  /** What is there before a revision of the row. */
  readonly before: (revision: string) => MadeObjects;
}

/**
 * Follows revisions in the order of a plan. Where one does not declare what it depends on the order may be wrong, so who
 * made a thing is asked of all of them, and not of those before. `wanted` are the revisions that `before` is asked for.
 */
export async function originsIn(revisions: readonly HistoryRevision[], wanted: ReadonlySet<string>): Promise<Origins> {
  const made = new Map<string, Origin[]>();
  const byTable = new Map<string, Origin[]>();
  const before = new Map<string, MadeObjects>();
  let now = '';
  const schema = openSchema(undefined, (object) => {
    append(made, identityOf(object), { revision: now, object });
    if (object.table !== null) append(byTable, object.table, { revision: now, object });
  });
  for (const revision of revisions) {
    now = revision.id;
    if (wanted.has(now)) before.set(now, new Map(schema.objects));
    await followRevision(schema, revision);
  }
  return {
    before: (revision) => before.get(revision) ?? new Map(),
    of: (wanted) => originsOf(wanted, made, byTable),
  };
}

function append(map: Map<string, Origin[]>, key: string, origin: Origin): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [origin]);
  else list.push(origin);
}

async function followRevision(schema: LiveSchema, { id, plugin, up }: HistoryRevision): Promise<void> {
  if (up.kind === 'code') return;
  try {
    await followSql(up.text, schema, { id, plugin });
  } catch {
    // A rule of its own says so.
  }
}

/** As `findObject` reads names, but over all times. */
function originsOf(
  wanted: SqlObject,
  made: ReadonlyMap<string, readonly Origin[]>,
  byTable: ReadonlyMap<string, readonly Origin[]>,
): readonly Origin[] {
  const { kind, name, table, among } = wanted;
  const places = among ?? [table];
  const direct = places.flatMap((place) => made.get(identityOf({ kind, name, table: place })) ?? []);
  if (direct.length > 0) return direct;
  // Keys, the indexes of constraints, row types and extensions: each candidate is asked whether it is meant.
  const near = table === null ? [...made.values()].flat() : (byTable.get(table) ?? []);
  if (kind !== 'key' && kind !== 'index' && kind !== 'type' && kind !== 'function') return [];
  return near.filter(({ object }) => findObject(new Map([[identityOf(object), object]]), wanted) !== null);
}
