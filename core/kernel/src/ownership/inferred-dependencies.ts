import { readSql, type SqlStatement } from '../sql/read-sql.ts';
import { displayName, type SqlObject } from '../sql/sql-object.ts';
import type { SchemaHistory } from './schema-history.ts';
import { trackStatement } from '../sql/track-statement.ts';
import { findObject, type TrackedObject } from '../sql/tracked-object.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';
import { unattributed } from '../sql/unattributed-sql.ts';

/** A revision of another plugin that must be applied first. */
export interface Dependency {
  readonly revision: string;
  /** The objects of that revision that the SQL touches, for a comment: `core_object`, `core_user.last_seen_at`. */
  readonly objects: readonly string[];
}

/**
 * Infers the dependencies of `sql`, which belongs to `plugin` and runs after `history`. They are the exact revisions of
 * other plugins that created or last changed the objects that the SQL touches: tables, columns, types, functions, and
 * the unique key behind a foreign key. Each statement also sees the objects that earlier statements of the SQL create.
 *
 * - If two of the revisions are on one branch and one revises the other, only the later one is returned, with the
 *   objects of both.
 * - An object in a table is omitted if its table comes from the same revision. A table is omitted if the list has one
 *   of its columns that comes from a later revision.
 * - An object that no revision visibly creates is omitted: one of PostgreSQL's own, a misspelled one, or one that code,
 *   a `do` block or an extension creates.
 *
 * Throws SQL_SYNTAX.
 */
export async function inferDependencies(
  plugin: string,
  sql: string,
  history: SchemaHistory,
): Promise<readonly Dependency[]> {
  const schema = trackedSchema(history.objects);
  const { objects } = schema;
  const { statements } = await readSql(sql, objects);
  const found = new Map<string, Set<TrackedObject>>();
  const author = { ...unattributed, plugin };
  for (const statement of statements) {
    for (const wanted of touchedObjects(statement)) {
      const object = findObject(objects, wanted);
      if (object === null || object.revision === author.id) continue;
      // The plugin that last changed an object need not be its owner.
      if (history.pluginOf(object.revision) === plugin) continue;
      const touched = found.get(object.revision);
      if (touched === undefined) found.set(object.revision, new Set([object]));
      else touched.add(object);
    }
    trackStatement(schema, statement, author);
  }
  return withoutRevised(found, history);
}

/** Returns the objects that a statement touches and does not create. */
export function touchedObjects({ needs, changes, drops, renames, writes }: SqlStatement): readonly SqlObject[] {
  const written = writes.map((name): SqlObject => ({ kind: 'table', name, table: null }));
  return [...needs, ...changes, ...drops, ...renames.map(({ from }) => from), ...written];
}

function withoutRevised(
  found: ReadonlyMap<string, ReadonlySet<TrackedObject>>,
  history: SchemaHistory,
): readonly Dependency[] {
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
