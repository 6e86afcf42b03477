import { ancestorsOf, headsAmong, type RevisionGraph } from '@headwater/kernel/internal/graph';
import type { RuleFinding } from '../finding.ts';
import { dependsOnLine } from '../depends-on-line.ts';
import { placeOf, requirementsOf, type LintedRevision } from '../linted-revision.ts';

/**
 * Reports a statement whose dependencies cannot be read, unless the revision depends on all that it could use: the
 * heads of the plugins that its plugin requires.
 */
export function opaqueStatement(context: LintedRevision): readonly RuleFinding[] {
  const { statements, revision, graph, ancestors } = context;
  const statement = statements.find(({ opaque, node }) => opaque !== null && !('DropOwnedStmt' in node));
  if (statement === undefined) return [];
  const heads = headsOf(graph, requirementsOf(context, revision.plugin)).filter(
    (head) => !ancestors.has(head) && !ancestorsOf(graph, head).has(revision.id),
  );
  if (heads.length === 0) return [];
  const message =
    `The dependencies of this revision cannot be read: ${statement.opaque}. If it uses objects of other plugins, ` +
    'declare the revisions that create them, or the latest revisions of what its plugin requires.';
  const safer = dependsOnLine([...revision.dependsOn, ...heads], 'the latest revisions of what the plugin requires');
  return [{ rule: 'opaque-statement', object: null, message, safer, at: placeOf(context, statement) }];
}

function headsOf({ branches }: RevisionGraph, plugins: ReadonlySet<string>): readonly string[] {
  return headsAmong([...plugins].flatMap((plugin) => branches.get(plugin) ?? []));
}
