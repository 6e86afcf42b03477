import { follow, type Objects } from '../sql/history-step.ts';
import { findObject, type MadeObject } from '../sql/made-object.ts';
import { readSql } from '../sql/read-sql.ts';
import { identityOf, type SqlObject } from '../sql/sql-object.ts';
import type { HistoryRevision } from '../sql/schema-history.ts';

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
  readonly before: (revision: string) => ReadonlyMap<string, MadeObject>;
}

/**
 * Follows revisions in the order of a plan. Where one does not declare what it depends on the order may be wrong, so who
 * made a thing is asked of all of them, and not of those before. `wanted` are the revisions that `before` is asked for.
 */
export async function originsIn(revisions: readonly HistoryRevision[], wanted: ReadonlySet<string>): Promise<Origins> {
  const objects: Objects = new Map();
  const made = new Map<string, Origin[]>();
  const byTable = new Map<string, Origin[]>();
  const before = new Map<string, Objects>();
  const note = (object: MadeObject, revision: string): void => {
    append(made, identityOf(object), { revision, object });
    if (object.table !== null) append(byTable, object.table, { revision, object });
  };
  for (const revision of revisions) {
    if (wanted.has(revision.id)) before.set(revision.id, new Map(objects));
    const known = new Set(objects.keys());
    await followRevision(objects, revision);
    for (const [identity, object] of objects) if (!known.has(identity)) note(object, revision.id);
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

async function followRevision(objects: Objects, { id, plugin, up }: HistoryRevision): Promise<void> {
  if (up.kind === 'code') return;
  try {
    for (const statement of (await readSql(up.text, objects)).statements) follow(objects, statement, { id, plugin });
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
