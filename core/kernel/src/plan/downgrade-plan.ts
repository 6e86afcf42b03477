import { kernelError } from '../error/kernel-codes.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import { assertConsistent } from './consistency.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { resolveTarget } from './resolve-target.ts';
import type { ResolvedTarget } from './resolve-target.ts';

/** How a downgrade treats what stands in its way. */
export interface DowngradeOptions {
  /** Take along whatever stands on a removed revision, in any branch. Default: refuse. */
  readonly cascade?: boolean;
  /** Whether a revision can be undone. Default: all can. */
  readonly hasDown?: (id: string) => boolean;
}

/**
 * The steps that lead down to `target`. The revision named is kept and what comes after it on its branch is removed, in
 * reverse order; `likes@base` removes the whole branch, `base` all branches. What a removed revision depended on stays.
 *
 * Throws HISTORY_INCONSISTENT, what `resolveTarget` throws, DOWN_MISSING, and DOWNGRADE_BLOCKED where another applied
 * revision, dormant ones included, stands on a removed one.
 */
export function downgradePlan(
  graph: RevisionGraph,
  applied: Iterable<string>,
  target: string,
  options: DowngradeOptions = {},
): Plan {
  const done = new Set(applied);
  assertConsistent(graph, done);
  const there = graph.order.filter((revision) => done.has(revision.id));
  const named = namedBy(resolveTarget(graph, done, target, 'down'), graph);
  const removed = new Set(there.flatMap((revision) => (named(revision) ? [revision.id] : [])));
  if (options.cascade === true) takeAlong(there, removed);
  const steps = there.filter((revision) => removed.has(revision.id)).toReversed();
  assertDowns(target, steps, options.hasDown);
  assertUnblocked(target, there, removed);
  return planOf(steps, 'down');
}

/** Whether a revision is one that the target itself removes. */
function namedBy(target: ResolvedTarget, graph: RevisionGraph): (revision: GraphRevision) => boolean {
  if (target.kind === 'below-base') {
    const plugins = new Set(target.plugins);
    return (revision) => plugins.has(revision.plugin);
  }
  const [kept] = target.ids;
  const plugin = graph.byId.get(kept ?? '')?.plugin;
  const lineage = new Set(target.ids);
  for (const revision of graph.order) {
    if (revision.revises.some((id) => lineage.has(id))) lineage.add(revision.id);
  }
  return (revision) => revision.plugin === plugin && revision.id !== kept && lineage.has(revision.id);
}

/** Adds all that stands on `removed`. Along the order everything is met after what it needs, so one pass is enough. */
function takeAlong(there: readonly GraphRevision[], removed: Set<string>): void {
  for (const revision of there) {
    if (revision.needs.some((id) => removed.has(id))) removed.add(revision.id);
  }
}

function assertDowns(target: string, steps: readonly GraphRevision[], hasDown: DowngradeOptions['hasDown']): void {
  const revisions = steps.map((revision) => revision.id).filter((id) => hasDown !== undefined && !hasDown(id));
  if (revisions.length > 0) throw kernelError('DOWN_MISSING', { target, revisions });
}

function assertUnblocked(target: string, there: readonly GraphRevision[], removed: ReadonlySet<string>): void {
  const blockers = there.filter((revision) => !removed.has(revision.id));
  const dependents = blockers.flatMap((revision) =>
    revision.needs.flatMap((needs) => (removed.has(needs) ? [{ id: revision.id, needs }] : [])),
  );
  if (dependents.length === 0) return;
  const standing = new Set(dependents.map((dependent) => dependent.id));
  const plugins = new Set(blockers.flatMap((revision) => (standing.has(revision.id) ? [revision.plugin] : [])));
  throw kernelError('DOWNGRADE_BLOCKED', { target, plugins: [...plugins].toSorted(), dependents });
}
