import { kernelError } from '../error/kernel-codes.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import { resolveTarget } from './resolve-target.ts';

/**
 * Returns the revisions to stamp for `targets`: each branch from its applied head up to its target, in graph order.
 * Dependencies in other branches are not included, since only a person can say whether they are in the database. Throws
 * STAMP_INCOMPLETE if a dependency is neither applied nor targeted, and everything that `resolveTarget` throws.
 */
export function stampPlan(
  graph: RevisionGraph,
  applied: Iterable<string>,
  targets: readonly string[],
): readonly string[] {
  const done = new Set(applied);
  const chosen = new Set<string>();
  const choose = (id: string): void => {
    if (!done.has(id)) chosen.add(id);
  };
  for (const target of targets) {
    const resolved = resolveTarget(graph, done, target, 'up');
    if (resolved.kind === 'revisions') resolved.ids.forEach(choose);
  }
  for (const revision of graph.order.toReversed()) {
    if (chosen.has(revision.id)) revision.revises.forEach(choose);
  }
  const stamped = graph.order.filter(({ id }) => chosen.has(id));
  const gaps = stamped.flatMap(({ id, dependsOn }) =>
    dependsOn.flatMap((missing) => (done.has(missing) || chosen.has(missing) ? [] : [{ id, missing }])),
  );
  if (gaps.length > 0) throw kernelError('STAMP_INCOMPLETE', { targets, gaps });
  return stamped.map(({ id }) => id);
}
