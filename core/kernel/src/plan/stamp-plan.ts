import { kernelError } from '../error/kernel-codes.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import { resolveTarget } from './resolve-target.ts';

/**
 * The revisions that are to be stamped for `targets`: each branch from where it stands up to its target, in the order of
 * the graph. What they depend on in other branches is not taken along: that it is there is for a person to say. Throws
 * STAMP_INCOMPLETE where it is neither applied nor a target, and what `resolveTarget` throws.
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
