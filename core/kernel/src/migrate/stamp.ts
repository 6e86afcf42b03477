import type { Session } from '../db/session.ts';
import { stampPlan } from '../plan/stamp-plan.ts';
import { readInitialPlan, type Goal, type InitialPlan } from './initial-plan.ts';
import { migrate, type MigrationOptions, type MigrationResult } from './migrate.ts';
import type { RevisionSet } from './revision-set.ts';

/** The outcome of a stamp. */
export interface StampResult extends Pick<MigrationResult, 'dormant' | 'ahead'> {
  /** `null` if nothing was written, since it was only previewed. */
  readonly runId: string | null;
  /** The revisions that got a row, in order, excluding those that already had one. */
  readonly stamped: readonly string[];
  /** Those of them that were not compared with the catalog: code, SQL that hides its effects, or all of them. */
  readonly unchecked: readonly string[];
}

/**
 * Writes the ledger rows up to each of `targets` on its branch without running anything, all in one transaction. Other
 * branches stay unchanged, so every revision that a target depends on must already be applied or be a target itself.
 * Throws STAMP_INCOMPLETE, STAMP_MISMATCH and the errors of reading and writing the ledger. Unlike an upgrade, it never stops halfway.
 */
export async function stamp(options: MigrationOptions, targets: readonly string[]): Promise<StampResult> {
  const { goal, unchecked } = stampGoal(options, targets);
  const { runId, applied, error, dormant, ahead } = await migrate(options, goal);
  if (error !== null) throw error;
  const stamped = applied.map(({ id }) => id);
  return { runId, stamped, unchecked: stamped.filter((id) => unchecked.has(id)), dormant, ahead };
}

/** Returns what {@link stamp} would do, and throws like it. Writes nothing, and takes no lock. */
export async function previewStamp(
  session: Session,
  options: Pick<MigrationOptions, 'revisionSet' | 'unchecked'>,
  targets: readonly string[],
): Promise<StampResult> {
  const { goal, unchecked } = stampGoal(options, targets);
  const initial = await readInitialPlan(session, options.revisionSet, goal);
  if (initial === null) return { runId: null, stamped: [], unchecked: [], dormant: [], ahead: [] };
  await goal.check?.(session, initial);
  const { dormant, ahead } = initial.state.history;
  const stamped = initial.plan.steps.map(({ id }) => id);
  return { runId: null, stamped, unchecked: [...unchecked], dormant, ahead };
}

interface StampGoal {
  readonly goal: Goal<readonly string[]>;
  /** Complete once the goal has been checked. */
  readonly unchecked: ReadonlySet<string>;
}

function stampGoal(
  { revisionSet, unchecked: isUnchecked = false }: { readonly revisionSet: RevisionSet; readonly unchecked?: boolean },
  targets: readonly string[],
): StampGoal {
  const unchecked = new Set<string>();
  const check = async (session: Session, { state, plan }: InitialPlan<readonly string[]>): Promise<void> => {
    const ids = plan.steps.map(({ id }) => id);
    if (isUnchecked) return ids.forEach((id) => unchecked.add(id));
    const { assertStampFits } = await import('./stamp-check.ts');
    const revisions = ids.flatMap((id) => revisionSet.revisions.get(id) ?? []);
    for (const id of await assertStampFits(session, state.ledger, revisions, targets)) unchecked.add(id);
  };
  const goal: Goal<readonly string[]> = {
    kind: 'stamp',
    upToDate: null,
    resolve: ({ graph, history }) => stampPlan(graph, history.applied, targets),
    plan({ graph, history }, ids) {
      const missing = stampPlan(graph, history.applied, ids);
      return { steps: missing.map((id) => ({ id, direction: 'up', plugin: id.slice(0, id.indexOf('@')) })) };
    },
    check,
  };
  return { goal, unchecked };
}
