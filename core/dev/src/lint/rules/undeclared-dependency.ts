import { ancestorsOf, findObject, trackStatement, here, trackedSchema, displayName, touchedObjects, type RevisionGraph, type SchemaHistory, type SqlObject, type SqlStatement } from '@headwater/kernel/internal';
import type { Discovery, Place } from './finding.ts';
import type { Origins } from './origins.ts';

/** What the rule is judged by. */
export interface Declared {
  readonly id: string;
  readonly plugin: string;
  readonly dependsOn: readonly string[];
  /** What is applied before it in any case: what it revises and depends on, and what those need. */
  readonly closure: ReadonlySet<string>;
  readonly graph: RevisionGraph;
  readonly origins: Origins;
  /** After all revisions. */
  readonly history: SchemaHistory;
}

/** What a revision touches of other plugins that need not be there when it runs, one finding for each revision missing. */
export function undeclaredDiscoveries(
  statements: readonly SqlStatement[],
  declared: Declared,
  placeOf: (statement: SqlStatement) => Place,
): readonly Discovery[] {
  const schema = trackedSchema();
  const { objects } = schema;
  const missing = new Map<string, Missing>();
  for (const statement of statements) {
    for (const wanted of touchedObjects(statement)) {
      // What the SQL made before is its own.
      if (findObject(objects, wanted) !== null) continue;
      const revision = missingFor(wanted, declared);
      if (revision === null) continue;
      const known = missing.get(revision);
      if (known === undefined) missing.set(revision, { objects: [wanted], first: statement });
      else known.objects.push(wanted);
    }
    trackStatement(schema, statement, here);
  }
  const latest = [...missing.keys()].filter(
    (id) => ![...missing.keys()].some((other) => declared.history.revises(other, id)),
  );
  const line = dependsOnLine(declared.dependsOn, latest, missing);
  return Array.from(missing, ([revision, { objects: touched, first }]) => ({
    rule: 'undeclared-dependency',
    message: `It uses ${namesOf(touched)} of ${revision}, which need not be applied before it.`,
    safer: line,
    at: placeOf(first),
  }));
}

interface Missing {
  readonly objects: SqlObject[];
  /** The first statement that needs it. */
  readonly first: SqlStatement;
}

/** What is in a table is not named beside it. */
function namesOf(touched: readonly SqlObject[]): string {
  const tables = new Set(touched.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  return [...new Set(touched.filter(({ table }) => table === null || !tables.has(table)).map(displayName))].join(', ');
}

/** The revision that would have to be declared; `null` where one that made it is, or where nobody is known to have. */
function missingFor(wanted: SqlObject, { id, plugin, closure, graph, origins, history }: Declared): string | null {
  const made = origins.of(wanted);
  if (made.length === 0 || made.some(({ revision }) => revision === id || closure.has(revision))) return null;
  // Its own branch is in order by itself.
  const first = made.find(({ revision }) => history.pluginOf(revision) !== plugin);
  if (first === undefined) return null;
  const now = history.find(wanted)?.revision;
  // Who changed it last, unless that is declared and only its name is newer, or stands on this revision itself.
  const fits = now !== undefined && history.pluginOf(now) !== plugin && !closure.has(now);
  return fits && !ancestorsOf(graph, now).has(id) ? now : first.revision;
}

function dependsOnLine(
  declared: readonly string[],
  latest: readonly string[],
  missing: ReadonlyMap<string, Missing>,
): string {
  const ids = [...new Set([...declared, ...latest])].toSorted();
  const names = namesOf([...missing.values()].flatMap(({ objects }) => objects));
  return `dependsOn: [${ids.map((id) => `'${id}'`).join(', ')}], // ${names}`;
}
