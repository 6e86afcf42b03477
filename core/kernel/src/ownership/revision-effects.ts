import type { SqlKind, SqlObject } from '../sql/sql-object.ts';
import { lookupKey } from '../sql/object-key.ts';
import { trackStatement, type Author } from '../sql/track-statement.ts';
import type { TrackedSchema } from '../sql/tracked-schema.ts';

/** The kind and the name of an object, and the table that contains it: `["column", "likes_count", "core_object"]`. */
export type ObjectName = readonly [kind: string, name: string, table?: string];

/**
 * The objects that one revision creates, changes, drops and renames: its net effect. It is stored in the ledger and, for
 * a proven revision, in the manifest.
 */
export interface RevisionEffects {
  readonly created: readonly ObjectName[];
  readonly changed: readonly ObjectName[];
  readonly dropped: readonly ObjectName[];
  /** Pairs of the old and the new name. The parts of a renamed table are not listed. */
  readonly renamed: readonly (readonly [from: ObjectName, to: ObjectName])[];
}

/** Parses the JSON of effects, which is from a manifest that was checked, or from this process. */
export function parseEffects(json: string): RevisionEffects {
  return JSON.parse(json) as RevisionEffects;
}

/** Whether a text is the JSON of effects. */
export function isEffectsJson(text: string): boolean {
  const isName = (name: unknown): boolean =>
    Array.isArray(name) && (name.length === 2 || name.length === 3) && name.every((part) => typeof part === 'string');
  try {
    const json: unknown = JSON.parse(text);
    const { created, changed, dropped, renamed } = (json ?? {}) as Partial<Record<keyof RevisionEffects, unknown>>;
    return (
      [created, changed, dropped].every((names) => Array.isArray(names) && names.every(isName)) &&
      Array.isArray(renamed) &&
      renamed.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isName))
    );
  } catch {
    return false;
  }
}

/** Returns the stored name of an object. */
export function objectName({
  kind,
  name,
  table,
}: Pick<SqlObject, 'name' | 'table'> & { readonly kind: string }): ObjectName {
  return table === null ? [kind, name] : [kind, name, table];
}

/** Returns the object with a stored name. */
export function namedBy([kind, name, table]: ObjectName): SqlObject {
  // Kinds that only a catalog knows, like `partition`, are kept: they are compared, never looked up.
  return { kind: kind as SqlKind, name, table: table ?? null };
}

/** Applies the effects of a revision to the objects of a schema, each of which has its owner. */
export function applyEffects(schema: TrackedSchema, effects: RevisionEffects, author: Author): void {
  const created = effects.created.map(namedBy);
  // Two objects may have exchanged their names, so each name is free before it is given.
  const parked = effects.renamed.map(([from], i) => ({
    from: namedBy(from),
    to: namedBy([from[0], `\0${i}`, from[2] ?? '']),
  }));
  const arrived = effects.renamed.map(([, to], i) => ({ from: parked[i]?.to ?? namedBy(to), to: namedBy(to) }));
  const nothing = { creates: [], changes: [], drops: [], renames: [], refreshes: [], needs: [] } as const;
  const plain = { ...nothing, writes: [], opaque: null, ifExists: 'fails', cascade: false } as const;
  if (parked.length > 0) {
    trackStatement(
      schema,
      { ...plain, renames: parked.map(({ from, to }) => ({ from, to: { ...to, table: from.table } })) },
      author,
    );
  }
  // An object with the name of a new one is a leftover: it was dropped implicitly.
  const leftovers = created.filter((object) => schema.objects.has(lookupKey(object)));
  trackStatement(schema, { ...plain, drops: [...effects.dropped.map(namedBy), ...leftovers] }, author);
  if (arrived.length > 0) {
    trackStatement(
      schema,
      { ...plain, renames: arrived.map(({ from, to }) => ({ from: { ...from, table: to.table }, to })) },
      author,
    );
  }
  // An observed change names the object as it was before the revision.
  const renamedTo = new Map(effects.renamed.map(([from, to]) => [lookupKey(namedBy(from)), namedBy(to)]));
  const isNew = new Set(created.map(lookupKey));
  const changes = effects.changed.map(namedBy).map((object) => {
    const key = lookupKey(object);
    return isNew.has(key) ? object : (renamedTo.get(key) ?? object);
  });
  trackStatement(schema, { ...plain, creates: created, changes }, author);
}
