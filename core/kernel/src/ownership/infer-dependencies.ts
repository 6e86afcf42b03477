import { trackStatement } from './track-statement.ts';
import { trackedSchema } from './tracked-schema.ts';
import { findObject, type TrackedObject } from './tracked-object.ts';
import { readSql, type SqlStatement } from '../sql/read-sql.ts';
import type { SchemaHistory } from './schema-history.ts';
import { displayName, type SqlObject } from '../sql/sql-object.ts';

/** A revision of another plugin that has to be applied first. */
export interface Dependency {
  readonly revision: string;
  /** What is touched of what it made, for a comment: `core_object`, `core_user.last_seen_at`. */
  readonly objects: readonly string[];
}

/** Something that no revision is known to have made, while some may have. */
export interface UnknownObject {
  readonly object: string;
  /** Those of which parsing cannot tell all that they do, in the order in which they ran. */
  readonly revisions: readonly string[];
}

/** What a piece of SQL stands on. */
export interface Dependencies {
  /** Sorted by revision. */
  readonly dependsOn: readonly Dependency[];
  /** In the order in which they are met. Empty where every revision is plain SQL. */
  readonly unknown: readonly UnknownObject[];
}

/**
 * The exact revisions of other plugins that created or last changed what `sql` of `plugin` touches after `history`:
 * tables, columns, types, functions, and the key under a foreign key. What the SQL makes itself counts from its own
 * statement on.
 *
 * - Where two of the revisions are of one branch and one revises the other, the later one is enough: it is kept with the
 *   objects of both.
 * - An object inside a table is not named where its table comes from the same revision, nor a table where one of its
 *   columns, from a later revision, names it already.
 * - What nobody made (of PostgreSQL itself, or misspelt) is left out, unless a revision that cannot be told may have
 *   made it: then it is `unknown`.
 *
 * Throws SQL_SYNTAX.
 */
export async function inferDependencies(plugin: string, sql: string, history: SchemaHistory): Promise<Dependencies> {
  const schema = trackedSchema(history.objects);
  const { objects } = schema;
  const { statements } = await readSql(sql, objects);
  const found = new Map<string, Set<TrackedObject>>();
  const unknown = new Map<string, UnknownObject>();
  // No revision can have this id, so what the SQL makes is told apart.
  const author = { id: '', plugin };
  for (const statement of statements) {
    for (const wanted of touchedObjects(statement)) {
      const made = findObject(objects, wanted);
      if (made === null) note(unknown, wanted, history);
      // Who last changed it may be another plugin than whose it is.
      else if (made.revision !== '' && history.pluginOf(made.revision) !== plugin) {
        const of = found.get(made.revision);
        if (of === undefined) found.set(made.revision, new Set([made]));
        else of.add(made);
      }
    }
    trackStatement(schema, statement, author);
  }
  return { dependsOn: folded(found, history), unknown: [...unknown.values()] };
}

/** All that a statement names of what is there before it. */
export function touchedObjects({ needs, changes, drops, renames, writes }: SqlStatement): readonly SqlObject[] {
  const written = writes.map((name): SqlObject => ({ kind: 'table', name, table: null }));
  return [...needs, ...changes, ...drops, ...renames.map(({ from }) => from), ...written];
}

function note(unknown: Map<string, UnknownObject>, wanted: SqlObject, { opaque }: SchemaHistory): void {
  // Where the SQL does not say whose column it is it may be none: a parameter, a name of an output.
  if (wanted.among !== undefined) return;
  // An extension hides types and functions only.
  const hidden = wanted.kind === 'type' || wanted.kind === 'function';
  const revisions = opaque.flatMap(({ revision, extension }) => (extension && !hidden ? [] : [revision]));
  const object = displayName(wanted);
  if (revisions.length > 0 && !unknown.has(object)) {
    unknown.set(object, { object, revisions: [...new Set(revisions)] });
  }
}

function folded(found: ReadonlyMap<string, ReadonlySet<TrackedObject>>, history: SchemaHistory): readonly Dependency[] {
  const ids = [...found.keys()];
  const latest = ids.filter((id) => !ids.some((other) => history.revises(other, id)));
  return latest.toSorted().map((revision) => {
    const merged = ids.filter((id) => id === revision || history.revises(revision, id));
    const all = merged.flatMap((id) => [...(found.get(id) ?? [])]);
    return { revision, objects: namesOf(all) };
  });
}

function namesOf(all: readonly TrackedObject[]): readonly string[] {
  const from = new Map(all.filter(({ table }) => table === null).map(({ name, revision }) => [name, revision]));
  const kept = all.filter(({ table, revision }) => table === null || from.get(table) !== revision);
  const named = new Set(kept.flatMap(({ kind, table }) => (kind === 'column' && table !== null ? [table] : [])));
  return [...new Set(kept.filter(({ table, name }) => table !== null || !named.has(name)).map(displayName))];
}
