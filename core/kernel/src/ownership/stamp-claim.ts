import type { ObjectStates } from '../catalog/object-states.ts';
import { lookupKey } from '../sql/object-key.ts';
import type { SqlKind } from '../sql/sql-object.ts';
import type { TrackedObject, TrackedObjects } from '../sql/tracked-object.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';
import { driftBetween, existingKeys } from './drift.ts';
import { parseEffects, type RevisionEffects } from './effects-json.ts';
import { applyEffects } from './revision-effects.ts';
import type { HistoryRevision } from './schema-history.ts';
import { proveText } from './static-proof.ts';

/** A revision to stamp, with the JSON of its effects if its manifest has them. */
type StampedRevision = HistoryRevision & { readonly effects?: string };

/** The state of a database that a stamp claims. */
export interface StampClaim {
  /** The objects that exist after the stamped revisions, as the ledger would record them. */
  readonly objects: TrackedObjects;
  /** The objects that the stamped revisions drop or rename, with the revision that does it. */
  readonly removed: readonly Removed[];
  /** The stamped revisions. */
  readonly stamped: ReadonlySet<string>;
  /** Those whose effects cannot be read: code, and SQL that hides them. */
  readonly unread: readonly string[];
}

interface Removed {
  readonly object: TrackedObject;
  readonly by: string;
}

/** An object that contradicts a stamp. */
export interface StampConflict {
  readonly revision: string;
  readonly plugin: string;
  readonly kind: string;
  readonly name: string;
  readonly table: string | null;
}

/** Returns the claim of stamping `revisions`, in graph order, on a database with the objects in `before`. */
export async function claimOf(before: TrackedObjects, revisions: readonly StampedRevision[]): Promise<StampClaim> {
  const claimed = trackedSchema(before);
  // The proof of a text also needs the objects of texts that hide a part of their effects.
  const read = trackedSchema(before);
  const removed: Removed[] = [];
  const unread: string[] = [];
  for (const revision of revisions) {
    const author = { id: revision.id, plugin: revision.plugin };
    const effects = await effectsOf(revision, read);
    if (effects === null) {
      unread.push(revision.id);
      continue;
    }
    const earlier = [...claimed.objects];
    applyEffects(claimed, effects, author);
    if (revision.effects !== undefined) applyEffects(read, effects, author);
    for (const [key, object] of earlier) if (!claimed.objects.has(key)) removed.push({ object, by: revision.id });
  }
  const stamped = new Set(revisions.map(({ id }) => id));
  return {
    objects: claimed.objects,
    removed: removed.filter(({ object }) => !claimed.objects.has(lookupKey(object))),
    stamped,
    unread,
  };
}

async function effectsOf(
  { id, plugin, effects, up }: StampedRevision,
  schema: ReturnType<typeof trackedSchema>,
): Promise<RevisionEffects | null> {
  if (effects !== undefined) return parseEffects(effects);
  if (up.kind === 'code') return null;
  return (await proveText(up.text, { schema, author: { id, plugin }, knowsAll: true, hidesCode: true })).effects;
}

/** The kinds of objects whose survival contradicts a revision that drops them. */
const dropped: ReadonlySet<string> = new Set<SqlKind>(['table', 'view', 'column']);

/**
 * Compares a claim with the catalog, by kind and name. `missing` are objects that the stamped revisions created, renamed or
 * changed last; `left` are tables, views and columns that they dropped or renamed.
 */
export function compareClaim(
  { objects, removed, stamped }: StampClaim,
  states: ObjectStates,
): { readonly missing: readonly StampConflict[]; readonly left: readonly StampConflict[] } {
  const existing = existingKeys(states);
  const missing = driftBetween(objects, states).missing.filter(
    ({ revision, createdBy }) => stamped.has(revision) || stamped.has(createdBy),
  );
  const left = removed.filter(({ object }) => dropped.has(object.kind) && existing.has(lookupKey(object)));
  const tables = new Set(left.flatMap(({ object }) => (object.table === null ? [object.name] : [])));
  return {
    missing: missing.map((object) => conflictOf(object, object.revision)),
    left: left
      .filter(({ object: { table } }) => table === null || !tables.has(table))
      .map(({ object, by }) => conflictOf(object, by)),
  };
}

function conflictOf({ kind, name, table }: TrackedObject, revision: string): StampConflict {
  return { revision, plugin: revision.slice(0, revision.indexOf('@')), kind, name, table };
}
