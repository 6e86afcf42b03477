import type { RevisionGraph } from '../graph/revision-graph.ts';
import { assertNoGaps } from './applied-gaps.ts';
import { planOf, type Plan } from './plan.ts';
import { resolveTarget } from './resolve-target.ts';

/**
 * Plans an upgrade to `targets`: everything that they need through `revises` and `dependsOn`, except the revisions in
 * `applied`, in graph order. Planning again after part of a plan has run therefore returns the remaining steps. Ignores
 * applied ids that the graph does not have.
 *
 * A target is `heads`, `likes` or `likes@head`, `likes@0002` (a unique prefix) or `likes@+1`. Throws
 * HISTORY_INCONSISTENT, TARGET_UNKNOWN, TARGET_AMBIGUOUS, TARGET_ILLEGAL and SEVERAL_HEADS.
 *
 * @example
 * upgradePlan(graph, ['core@0001_create_objects'], 'likes').steps;
 * // [{ id: 'likes@0001_create_like', direction: 'up', plugin: 'likes' }]
 */
export function upgradePlan(
  graph: RevisionGraph,
  applied: Iterable<string>,
  targets: string | readonly string[],
): Plan {
  const done = new Set(applied);
  assertNoGaps(graph, done);
  const needed = new Set<string>();
  // Everything that an applied revision needs is applied too, so the search ends there.
  const need = (id: string): void => {
    if (!done.has(id)) needed.add(id);
  };
  for (const target of typeof targets === 'string' ? [targets] : targets) {
    const resolved = resolveTarget(graph, done, target, 'up');
    if (resolved.kind === 'revisions') resolved.ids.forEach(need);
  }
  if (needed.size === 0) return planOf([], 'up');
  // In reverse order a revision comes before everything that it needs, so one pass collects all of it.
  for (const revision of graph.order.toReversed()) {
    if (needed.has(revision.id)) revision.needs.forEach(need);
  }
  return planOf(
    graph.order.filter(({ id }) => needed.has(id)),
    'up',
  );
}
