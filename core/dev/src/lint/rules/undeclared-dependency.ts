import { ancestorsOf } from '@headwater/kernel/internal/graph';
import { touchedObjects } from '@headwater/kernel/internal/ownership';
import {
  findObject,
  trackStatement,
  unattributed,
  trackedSchema,
  displayName,
  type SqlObject,
  type SqlStatement,
} from '@headwater/kernel/internal/sql';
import { dependsOnLine } from '../depends-on-line.ts';
import type { RuleFinding } from '../finding.ts';
import { placeOf, type LintedRevision } from '../linted-revision.ts';

/**
 * Reports objects of other plugins that a revision uses without a dependency that guarantees their creation. Each
 * missing dependency is reported once.
 */
export function undeclaredDependency(context: LintedRevision): readonly RuleFinding[] {
  const { statements, history } = context;
  const schema = trackedSchema();
  const missing = new Map<string, Missing>();
  for (const statement of statements) {
    for (const wanted of touchedObjects(statement)) {
      // An object that an earlier statement of the same SQL created needs no dependency.
      if (findObject(schema.objects, wanted) !== null) continue;
      const revision = missingRevision(wanted, context);
      if (revision === null) continue;
      const known = missing.get(revision);
      if (known === undefined) missing.set(revision, { objects: [wanted], first: statement });
      else known.objects.push(wanted);
    }
    trackStatement(schema, statement, unattributed);
  }
  const latest = [...missing.keys()].filter((id) => ![...missing.keys()].some((other) => history.revises(other, id)));
  const line = suggestedLine(context.revision.dependsOn, latest, missing);
  return Array.from(missing, ([revision, { objects, first }]): RuleFinding => {
    const names = namesOf(objects);
    return {
      rule: 'undeclared-dependency',
      object: names.length === 1 ? (names[0] ?? null) : null,
      message: `This uses ${names.join(', ')} from ${revision}, which is not guaranteed to be applied first.`,
      safer: line,
      at: placeOf(context, first),
    };
  });
}

interface Missing {
  readonly objects: SqlObject[];
  /** The first statement that uses one of the objects. */
  readonly first: SqlStatement;
}

/** Returns the names of objects, excluding objects that belong to a table in the same list. */
function namesOf(objects: readonly SqlObject[]): readonly string[] {
  const tables = new Set(objects.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  return [...new Set(objects.filter(({ table }) => table === null || !tables.has(table)).map(displayName))];
}

/**
 * Returns the revision that the dependencies lack. Returns `null` if they already include a revision that created the
 * object, or if no revision is known to have created it.
 */
function missingRevision(
  wanted: SqlObject,
  { revision: { id, plugin }, ancestors, graph, origins, history }: LintedRevision,
): string | null {
  const made = origins.of(wanted);
  if (made.length === 0 || made.some(({ revision }) => revision === id || ancestors.has(revision))) return null;
  // The plugin's own branch is ordered by `revises`.
  const first = made.find(({ revision }) => history.pluginOf(revision) !== plugin);
  if (first === undefined) return null;
  const latest = history.find(wanted)?.revision;
  // Prefer the last revision that changed the object, unless it is declared already or depends on this revision.
  const fits = latest !== undefined && history.pluginOf(latest) !== plugin && !ancestors.has(latest);
  return fits && !ancestorsOf(graph, latest).has(id) ? latest : first.revision;
}

function suggestedLine(
  declared: readonly string[],
  latest: readonly string[],
  missing: ReadonlyMap<string, Missing>,
): string {
  const names = namesOf([...missing.values()].flatMap(({ objects }) => objects));
  return dependsOnLine([...declared, ...latest], names.join(', '));
}
