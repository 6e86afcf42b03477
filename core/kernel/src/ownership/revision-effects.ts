import type { SqlKind, SqlObject } from '../sql/sql-object.ts';
import { handOver, type HandOver } from '../sql/hand-over.ts';
import { lookupKey } from '../sql/object-key.ts';
import type { ObjectName, RevisionEffects } from './effects-json.ts';
import { trackStatement, type Author } from '../sql/track-statement.ts';
import type { TrackedSchema } from '../sql/tracked-schema.ts';

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

/** Returns what a revision hands over as its effects store it. Empty if it hands over nothing. */
export function handedOverEffects(handedOver: readonly HandOver[]): Pick<RevisionEffects, 'handedOver'> {
  return handedOver.length === 0 ? {} : { handedOver: handedOver.map(({ object, to }) => [objectName(object), to]) };
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
  handOver(
    schema,
    (effects.handedOver ?? []).map(([name, to]) => ({ object: namedBy(name), to })),
    author,
  );
}
