import { readLedgerUnlessEqual } from '../ledger/ledger.ts';
import type { Session } from '../db/session.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunContext } from '../run/run-context.ts';
import { keepYoungGeneration } from '../runtime/young-generation.ts';
import { readMigrationState, type MigrationState } from './migration-state.ts';
import type { RevisionSet } from './revision-set.ts';

/** The direction and target of a migration: an upgrade, a downgrade or a stamp. */
export interface Goal<Target = unknown> {
  /** A stamp writes the rows of the steps without running them. */
  readonly kind: RunContext['kind'];
  /** The digest of a ledger that needs no migration (see `ledgerDigest`); `null` if only planning can tell. */
  readonly upToDate: string | null;
  /**
   * Resolves the target once, against the initial state: resolving `likes@+1` again after a step would move the target
   * one revision further.
   */
  readonly resolve: (state: MigrationState) => Target;
  /** Plans the steps that are still missing, given what is applied now. */
  readonly plan: (state: MigrationState, target: Target) => Plan;
  /** Refuses a plan with steps before anything is written. Default: it is not checked. */
  readonly check?: (session: Session, initial: InitialPlan<Target>) => Promise<void>;
}

/** The plan of a migration before its first step. */
export interface InitialPlan<Target> {
  readonly state: MigrationState;
  readonly target: Target;
  readonly plan: Plan;
}

/** Reads the ledger, and plans the way to a goal. Returns `null` if the digest of the ledger shows that it is reached. */
export async function readInitialPlan<Target>(
  session: Session,
  revisionSet: RevisionSet,
  goal: Goal<Target>,
): Promise<InitialPlan<Target> | null> {
  const ledger = await readLedgerUnlessEqual(session, goal.upToDate);
  if (ledger === null) return null;
  const state = await readMigrationState(session, revisionSet, ledger);
  const target = goal.resolve(state);
  return { state, target, plan: stepsTo(goal, state, target) };
}

/** Plans the steps that are missing on the way to a target. */
export function stepsTo<Target>({ plan }: Goal<Target>, state: MigrationState, target: Target): Plan {
  using _ = keepYoungGeneration();
  return plan(state, target);
}
