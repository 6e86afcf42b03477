import { kernelError } from '../error/kernel-codes.ts';
import { heads } from '../graph/heads-and-bases.ts';
import { shortestChain, type ChainLink } from '../graph/shortest-chain.ts';
import type { RemovedNeed } from '../ownership/removed-objects.ts';
import type { RevisionState } from '../migrate/branch-status.ts';
import { readMigrationState, type MigrationState } from '../migrate/migration-state.ts';
import { resolveTarget } from '../plan/resolve-target.ts';
import type { Step } from '../plan/plan.ts';
import { upgradePlan } from '../plan/upgrade-plan.ts';
import { readDatabase, type Project } from './project.ts';
import { readRemovedNeeds } from './removed-needs.ts';
import type { ReadOptions } from './status.ts';

/**
 * The reasons why a revision is pending, and why it has its place in the plan.
 *
 * @example
 * const { position, total, after } = await kernel.why('likes@0002');
 * // 3 of 5; after: [{ id: 'likes@0001_create_like', state: 'applied' }, …]
 */
export interface PendingReason {
  readonly id: string;
  readonly state: RevisionState;
  /** Its place in an upgrade to `heads`, starting at 1; `null` if it is not pending. */
  readonly position: number | null;
  /** The number of revisions in that upgrade. */
  readonly total: number;
  /** Whether it is the head of its branch, so that an upgrade to `heads` asks for it. */
  readonly isHead: boolean;
  /**
   * Why it is pending: the shortest chain of edges from the head of a branch, for which an upgrade asks, to this
   * revision. Empty if it is not pending.
   */
  readonly chain: readonly ChainLink[];
  /** The pending revisions that revise it or depend on it, in plan order. They run later. */
  readonly neededBy: readonly string[];
  /** The revisions that it revises or depends on, with their states. They come first. */
  readonly after: readonly { readonly id: string; readonly state: RevisionState }[];
  /** The revision that runs directly before it; `null` if there is none. */
  readonly previous: string | null;
  /**
   * Why that one is before it: it is `needed`, directly or by others, or both orders would work and the fixed `order`
   * of plugins decides. `null` if there is none.
   */
  readonly previousBecause: 'needed' | 'order' | null;
  /** The shortest chain of edges from this revision to the previous one; empty if it is not needed. */
  readonly previousChain: readonly ChainLink[];
  /** The objects that it needs although a revision of another plugin removes them before. It will fail. */
  readonly removed: readonly RemovedNeed[];
}

/** Explains a revision, given the ledger as it is now. Throws TARGET_UNKNOWN and TARGET_AMBIGUOUS. */
export async function readReason(
  project: Project,
  target: string,
  { signal }: ReadOptions = {},
): Promise<PendingReason> {
  const revisionSet = await project.revisionSet();
  return readDatabase(project, { operation: 'why', signal }, async (session) => {
    const state = await readMigrationState(session, revisionSet);
    const { steps } = upgradePlan(state.graph, state.history.applied, 'heads');
    const reason = reasonFor(target, state, steps);
    if (reason.position === null) return reason;
    const removed = await readRemovedNeeds(session, state.ledger, steps, revisionSet);
    return { ...reason, removed: removed.filter(({ revision }) => revision === reason.id) };
  });
}

function reasonFor(target: string, { graph, history }: MigrationState, plan: readonly Step[]): PendingReason {
  const { applied, dormant, ahead } = history;
  const resolved = resolveTarget(graph, applied, target, 'up');
  const [id, ...others] = resolved.kind === 'revisions' ? resolved.ids : [];
  if (id === undefined || others.length > 0) {
    throw kernelError('TARGET_UNKNOWN', { target, reason: 'it is not a single revision', nearest: null });
  }
  const dormantIds = new Set(dormant.map((row) => row.id));
  const aheadIds = new Set(ahead.map((row) => row.id));
  const stateOf = (one: string): RevisionState =>
    !applied.has(one) ? 'pending' : dormantIds.has(one) ? 'dormant' : aheadIds.has(one) ? 'ahead' : 'applied';
  const steps = plan.map((step) => step.id);
  const at = steps.indexOf(id);
  const previous = steps[at - 1] ?? null;
  const needs = graph.byId.get(id)?.needs ?? [];
  const previousChain = at < 0 || previous === null ? null : shortestChain(graph, [id], previous);
  return {
    id,
    state: stateOf(id),
    position: at < 0 ? null : at + 1,
    total: steps.length,
    isHead: graph.order.every((other) => !other.revises.includes(id)),
    chain: at < 0 ? [] : (shortestChain(graph, heads(graph), id) ?? []),
    neededBy: steps.filter((other) => graph.byId.get(other)?.needs.includes(id)),
    after: needs.map((one) => ({ id: one, state: stateOf(one) })),
    previous: at < 0 ? null : previous,
    previousBecause: at < 0 || previous === null ? null : previousChain === null ? 'order' : 'needed',
    previousChain: previousChain ?? [],
    removed: [],
  };
}
