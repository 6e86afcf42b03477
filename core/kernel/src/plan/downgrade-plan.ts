import { kernelError, type Details } from '../error/kernel-codes.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import { assertNoGaps } from './applied-gaps.ts';
import { planOf, type Plan } from './plan.ts';
import { resolveTarget, type ResolvedTarget } from './resolve-target.ts';

/** Options of {@link downgradePlan}. */
export interface DowngradeOptions {
  /**
   * Whether to also remove every revision, of any branch, that depends on a removed one. Default: false, which throws
   * DOWNGRADE_BLOCKED if there is one.
   */
  readonly cascade?: boolean;
  /** Returns whether a revision has a `down`. Default: all revisions have one. */
  readonly hasDown?: (id: string) => boolean;
}

/**
 * Plans a downgrade to `target`. The named revision stays; the applied revisions after it on its branch are removed,
 * latest first. `likes@base` removes the whole branch, and `base` removes all branches. Dependencies of removed
 * revisions stay.
 *
 * A target is `base`, `likes@base`, `likes@0002` (a unique prefix), `likes@-1` or `likes@head`. Throws
 * HISTORY_INCONSISTENT, TARGET_UNKNOWN, TARGET_AMBIGUOUS, TARGET_ILLEGAL, SEVERAL_HEADS, DOWN_MISSING, and
 * DOWNGRADE_BLOCKED if another applied revision, active or dormant, depends on a removed one.
 *
 * @example
 * downgradePlan(graph, applied, 'likes@-1').steps;
 * // [{ id: 'likes@0002_count_on_object', direction: 'down', plugin: 'likes' }]
 */
export function downgradePlan(
  graph: RevisionGraph,
  applied: Iterable<string>,
  target: string,
  options: DowngradeOptions = {},
): Plan {
  const done = new Set(applied);
  assertNoGaps(graph, done);
  const present = graph.order.filter((revision) => done.has(revision.id));
  const isTargeted = targetedBy(resolveTarget(graph, done, target, 'down'), graph);
  return planRemoval(present, present.filter(isTargeted), { target, run: null }, options);
}

/**
 * Plans to revert exactly the revisions that one run has applied, latest first, on all branches. `ids` are those of the
 * run; the ones that are no longer applied are left out. Throws like {@link downgradePlan}.
 */
export function undoPlan(
  graph: RevisionGraph,
  applied: Iterable<string>,
  run: string,
  ids: Iterable<string>,
  options: DowngradeOptions = {},
): Plan {
  const done = new Set(applied);
  assertNoGaps(graph, done);
  const present = graph.order.filter((revision) => done.has(revision.id));
  const ofRun = new Set(ids);
  const removed = present.filter((revision) => ofRun.has(revision.id));
  return planRemoval(present, removed, { target: `--run ${run}`, run }, options);
}

/** The goal of a downgrade, for messages. */
type Goal = Pick<Details<'DOWNGRADE_BLOCKED'>, 'target' | 'run'>;

function planRemoval(
  present: readonly GraphRevision[],
  targeted: readonly GraphRevision[],
  goal: Goal,
  { cascade = false, hasDown }: DowngradeOptions,
): Plan {
  const removed = new Set(targeted.map(({ id }) => id));
  if (cascade) addDependents(present, removed);
  const steps = present.filter((revision) => removed.has(revision.id)).toReversed();
  assertDowns(goal, steps, hasDown);
  assertUnblocked(goal, present, removed);
  return planOf(steps, 'down');
}

/** Returns a predicate that tells whether the target itself, without a cascade, removes a revision. */
function targetedBy(target: ResolvedTarget, graph: RevisionGraph): (revision: GraphRevision) => boolean {
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

/** Adds everything that depends on `removed`. In graph order a revision comes after its needs, so one pass suffices. */
function addDependents(present: readonly GraphRevision[], removed: Set<string>): void {
  for (const revision of present) {
    if (revision.needs.some((id) => removed.has(id))) removed.add(revision.id);
  }
}

function assertDowns(goal: Goal, steps: readonly GraphRevision[], hasDown: DowngradeOptions['hasDown']): void {
  const revisions = steps.map((revision) => revision.id).filter((id) => hasDown !== undefined && !hasDown(id));
  if (revisions.length > 0) throw kernelError('DOWN_MISSING', { ...goal, revisions });
}

function assertUnblocked(goal: Goal, present: readonly GraphRevision[], removed: ReadonlySet<string>): void {
  const kept = present.filter((revision) => !removed.has(revision.id));
  const dependents = kept.flatMap((revision) =>
    revision.needs.flatMap((needs) => (removed.has(needs) ? [{ id: revision.id, needs }] : [])),
  );
  if (dependents.length === 0) return;
  const blocking = new Set(dependents.map((dependent) => dependent.id));
  const plugins = new Set(kept.flatMap((revision) => (blocking.has(revision.id) ? [revision.plugin] : [])));
  throw kernelError('DOWNGRADE_BLOCKED', { ...goal, plugins: [...plugins].toSorted(), dependents });
}
