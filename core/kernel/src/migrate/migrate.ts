import type { UpgradeLimits } from '../config/config.ts';
import { explainSessionError } from '../db/explain-session-error.ts';
import { limitResponses } from '../db/limit-responses.ts';
import type { Session } from '../db/session.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { assertWritable, ledgerDigest, type LedgerRow } from '../ledger/ledger.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { completeSquashes } from '../graph/squashes.ts';
import { downgradePlan, undoPlan } from '../plan/downgrade-plan.ts';
import { planOf, type Plan } from '../plan/plan.ts';
import { resolveTarget, type ResolvedTarget } from '../plan/resolve-target.ts';
import { upgradePlan } from '../plan/upgrade-plan.ts';
import { openCancellation } from '../run/cancellation.ts';
import type { RunProgress } from '../run/recover.ts';
import type { Observer, RunStep, ShellCommand } from '../run/run-context.ts';
import type { WatchStep } from '../run/watch-step.ts';
import { randomUUID } from '../runtime/lazy-crypto.ts';
import { assertDatabaseAdopted } from './adopted-check.ts';
import { explainCancellation } from './explain-cancellation.ts';
import { findRun } from './find-run.ts';
import { readInitialPlan, stepsTo, type Goal, type InitialPlan } from './initial-plan.ts';
import { assertNoSchemaNamed } from './schema-check.ts';
import { readMigrationState, type MigrationState } from './migration-state.ts';
import { recoverState } from './recover-state.ts';
import type { RevisionSet } from './revision-set.ts';
import { runnable } from './runnable-step.ts';
import { nextPart } from './next-part.ts';
import { openSpans } from '../telemetry/spans.ts';
import { withSpans } from './span-observer.ts';

/** The database to migrate, the revisions of the code, and the settings of the run. */
export interface MigrationOptions {
  readonly session: Session;
  readonly revisionSet: RevisionSet;
  readonly settings: UpgradeLimits;
  /** Default: nothing is reported. */
  readonly observer?: Observer;
  /** Watches each step from outside, which then runs alone in its transaction. Default: nobody does. */
  readonly watch?: WatchStep;
  /** The command that runs before breaking revisions of a database that already has revisions. Default: none. */
  readonly command?: ShellCommand | null;
  /** Whether an upgrade is refused if objects of applied revisions are missing. Default: false. */
  readonly checkDrift?: boolean;
  /** Whether a stamp is written without a comparison with the catalog, which its events then record. Default: false. */
  readonly unchecked?: boolean;
  /** Aborting it cancels the migration (see {@link explainCancellation}). Default: never aborted. */
  readonly signal?: AbortSignal;
  /** Set if the database is a shadow. Its tables are empty, so an attempt to change rows counts as a change. */
  readonly shadow?: {
    /** PL/pgSQL that runs after each revision in its transaction, and may end it with an error. */
    readonly guard: string;
  };
}

/** The outcome of a migration, even of one that failed halfway. */
export interface MigrationResult {
  readonly runId: string;
  /** The initial plan. Other processes may have run parts of it. */
  readonly plan: Plan;
  /** The steps that this process committed, in order. */
  readonly applied: readonly RunStep[];
  /** The error that ended it; `null` if the goal was reached. */
  readonly error: KernelError | null;
  /** Rows of plugins that are not active, at the end of the run. */
  readonly dormant: readonly LedgerRow[];
  /** Rows that the active code does not know. None of them is breaking, so they only cause a warning. */
  readonly ahead: readonly LedgerRow[];
}

/** Upgrades to `targets`, by default the head of every active plugin. Throws and reports like {@link migrate}. */
export function upgrade(
  options: MigrationOptions,
  targets: string | readonly string[] = 'heads',
): Promise<MigrationResult> {
  return migrate(options, upgradeGoal(options.revisionSet, targets));
}

/** Returns the goal of an upgrade to `targets`. */
export function upgradeGoal(
  { revisions, graph: code }: RevisionSet,
  targets: string | readonly string[] = 'heads',
): Goal<readonly string[]> {
  const current =
    code.hidden.size === 0 ? revisions.values() : revisions.values().filter(({ id }) => !code.hidden.has(id));
  return {
    kind: 'upgrade',
    upToDate: targets === 'heads' ? ledgerDigest(current) : null,
    resolve: ({ graph, history }) =>
      [targets].flat().flatMap((target) => {
        const resolved = resolveTarget(graph, history.applied, target, 'up');
        return resolved.kind === 'revisions' ? resolved.ids : [];
      }),
    plan: ({ graph, history }, ids) => upgradePlan(graph, history.applied, ids),
  };
}

/**
 * Downgrades to `target`; with `cascade`, also reverts the revisions that depend on the removed ones. Throws and
 * reports like {@link migrate}.
 */
export function downgrade(
  options: MigrationOptions,
  target: string,
  { cascade = false }: { readonly cascade?: boolean } = {},
): Promise<MigrationResult> {
  return migrate(options, {
    kind: 'downgrade',
    upToDate: null,
    resolve: ({ graph, history }) => absolute(resolveTarget(graph, history.applied, target, 'down'), target),
    plan: (state, resolved) =>
      downgradePlan(state.graph, state.history.applied, resolved, {
        cascade,
        hasDown: hasDownIn(options.revisionSet, state),
      }),
  });
}

/**
 * Reverts exactly the revisions that one run has applied, on all branches. `run` is its id, or the beginning of it. Throws
 * RUN_UNKNOWN and TARGET_ILLEGAL, and throws and reports like {@link migrate}.
 */
export async function undoRun(
  options: MigrationOptions,
  run: string,
  { cascade = false }: { readonly cascade?: boolean } = {},
): Promise<MigrationResult> {
  const { id, revisions } = await findRun(options.session, run);
  return migrate(options, {
    kind: 'downgrade',
    upToDate: null,
    resolve: () => revisions,
    plan: (state, ids) =>
      undoPlan(state.graph, state.history.applied, id, ids, {
        cascade,
        hasDown: hasDownIn(options.revisionSet, state),
      }),
  });
}

/**
 * Migrates the database to `goal`: reads the ledger, plans, runs the plan, and starts over whenever the ledger may have
 * changed in the meantime (another process was faster, or the connection broke). If nothing is pending it makes one
 * query, takes no lock, and does not even load the runner. Throws errors that occur before the first step. A later
 * error is part of the result, together with the steps committed before it.
 */
export async function migrate<Target>(options: MigrationOptions, goal: Goal<Target>): Promise<MigrationResult> {
  const { revisionSet, settings, signal } = options;
  const session = limitResponses(options.session, settings.responseTimeout);
  using cancellation = openCancellation(signal, session);
  const nothing: MigrationResult = {
    runId: randomUUID(),
    plan: planOf([], 'up'),
    applied: [],
    error: null,
    dormant: [],
    ahead: [],
  };

  /** Explains an error before the first step: nothing has been written. */
  const explained = (error: unknown): unknown =>
    explainCancellation(error, { operation: goal.kind, signal }) ?? explainSessionError(error, session);
  let initial: InitialPlan<Target> | null;
  try {
    cancellation.check();
    initial = await readInitialPlan(session, revisionSet, goal);
  } catch (error) {
    throw explained(error);
  }
  if (initial === null) return nothing;
  let { state } = initial;
  const { target, plan: first } = initial;
  const { dormant, ahead } = state.history;
  const result: MigrationResult = { ...nothing, plan: first, dormant, ahead };
  const isOutdated = state.ledger.format > 0 && state.ledger.format < currentFormat;
  // A downgrade reverts what the ledger has, and a shadow has one form of each history.
  const records = goal.kind === 'upgrade' && options.shadow === undefined ? [...revisionSet.revisions.values()] : [];
  const isDone = first.steps.length === 0 && completeSquashes(records, state.history.applied).length === 0;
  if (isDone && !isOutdated) return result;

  assertWritable(state.ledger);
  if (goal.kind !== 'stamp') await assertNoSchemaNamed(session, revisionSet, first.steps);
  if (first.steps.length > 0 && goal.check !== undefined) {
    await goal.check(session, initial).catch((error: unknown) => {
      throw explained(error);
    });
  }
  if (goal.kind === 'upgrade' && options.shadow === undefined) {
    const pending = first.steps.map(({ id }) => id);
    try {
      await assertDatabaseAdopted(session, revisionSet, state, pending);
      if (options.checkDrift === true) {
        const { assertNoDrift } = await import('./drift-check.ts');
        await assertNoDrift(session, state.ledger);
      }
    } catch (error) {
      throw explained(error);
    }
  }
  const { openRun, endRun, upgradeLedger } = await import('../run/open-run.ts');
  const spans = await openSpans();
  const run = openRun(
    {
      ...options,
      session,
      observer: withSpans(options.observer, spans),
      cancellation,
      plugins: revisionSet.pluginSet.plugins,
      // A fresh database has nothing to save.
      command: goal.kind === 'upgrade' && state.ledger.rows.length > 0 ? (options.command ?? null) : null,
    },
    result.runId,
    goal.kind,
  );
  if (isDone) {
    await upgradeLedger(run, state.ledger.format);
    return result;
  }
  if (first.steps.length > 0) run.observer.plans?.(first.steps, run.id);
  const { runSteps } = await import('../run/run-steps.ts');
  const { startProgress } = await import('../run/recover.ts');
  const progress = startProgress(settings.lockWait);
  let error: KernelError | null = null;
  const runPlans = async (): Promise<void> => {
    for (let plan = first; ; plan = stepsTo(goal, state, target)) {
      const part = nextPart(plan, records, state.history.applied, progress.squashed);
      if (part.steps.length === 0) break;
      const steps = part.steps.map((step) => runnable(step, revisionSet, state.graph));
      const interruption = part.isSquash
        ? await (await import('../run/record-squashes.ts')).recordSquashes(run, steps, state.ledger.format, progress)
        : await runSteps(run, steps, state.ledger, progress);
      if (interruption === null && part.isLast) break;
      // Another process records it, and nothing waits for that.
      if (interruption?.kind === 'busy' && plan.steps.length === 0) break;
      state =
        interruption === null
          ? await readMigrationState(session, revisionSet)
          : await recoverState(run, interruption, progress, revisionSet);
      assertWritable(state.ledger);
    }
  };
  try {
    await spans.around(`headwater.${goal.kind}`, { 'headwater.revisions': first.steps.length }, runPlans);
  } catch (thrown) {
    const applied = progress.applied.map(({ id }) => id);
    const explained =
      explainCancellation(thrown, { operation: goal.kind, signal, applied }) ?? explainSessionError(thrown, session);
    if (!isKernelError(explained)) throw explained;
    error = explained;
  }
  await endRun(run, progress, error);
  return { ...result, dormant: remaining(dormant, progress), applied: progress.applied, error };
}

/** Returns the rows that the run has not removed. */
function remaining(rows: readonly LedgerRow[], { applied }: RunProgress): readonly LedgerRow[] {
  const reverted = new Set(applied.flatMap(({ id, direction }) => (direction === 'down' ? [id] : [])));
  return rows.filter(({ id }) => !reverted.has(id));
}

/**
 * Returns the target in a form that means the same whatever is applied: `likes@-1` becomes the revision that it
 * currently refers to.
 */
function absolute(resolved: ResolvedTarget, target: string): string {
  if (resolved.kind === 'revisions') return resolved.ids[0] ?? target;
  const [plugin, ...others] = resolved.plugins;
  return plugin === undefined || others.length > 0 ? target : `${plugin}@base`;
}

/** Whether a revision can be reverted. If its plugin is active, its file decides; otherwise its ledger row does. */
export function hasDownIn(revisionSet: RevisionSet, state: MigrationState): (id: string) => boolean {
  const rows = new Map(state.ledger.rows.map((row) => [row.id, row]));
  return (id) => {
    const revision = revisionSet.revisions.get(id);
    return revision === undefined ? rows.get(id)?.hasDown === true : revision.down !== null;
  };
}
