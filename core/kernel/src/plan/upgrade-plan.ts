import type { RevisionGraph } from '../graph/revision-graph.ts';
import { assertConsistent } from './consistency.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { resolveTarget } from './resolve-target.ts';

/**
 * The steps that lead to `targets`: all that they need through `revises` and `dependsOn`, less what is applied, in the
 * order of the graph. So what is left after running a part of a plan is the rest of that plan. Applied ids that the
 * graph does not have are ignored. Throws HISTORY_INCONSISTENT and what `resolveTarget` throws.
 */
export function upgradePlan(
  graph: RevisionGraph,
  applied: Iterable<string>,
  targets: string | readonly string[],
): Plan {
  const done = new Set(applied);
  assertConsistent(graph, done);
  const needed = new Set<string>();
  // What an applied revision needs is applied too, so the search ends there; with nothing pending it never begins.
  const need = (id: string): void => {
    if (!done.has(id)) needed.add(id);
  };
  for (const target of typeof targets === 'string' ? [targets] : targets) {
    const resolved = resolveTarget(graph, done, target, 'up');
    if (resolved.kind === 'revisions') resolved.ids.forEach(need);
  }
  if (needed.size === 0) return planOf([], 'up');
  // Backwards along the order everything is met before what it needs, so one pass closes the set.
  for (const revision of graph.order.toReversed()) {
    if (needed.has(revision.id)) revision.needs.forEach(need);
  }
  return planOf(
    graph.order.filter(({ id }) => needed.has(id)),
    'up',
  );
}
