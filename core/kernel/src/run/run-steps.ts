import { explainSessionError } from '../db/explain-session-error.ts';
import { assertComplete } from '../ledger/lost-rows.ts';
import { assertServerFits } from '../db/preflight.ts';
import { kernelError, type Details } from '../error/kernel-codes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { randomUUID } from '../runtime/lazy-crypto.ts';
import { keepYoungGeneration } from '../runtime/young-generation.ts';
import { needsCommand } from './breaking-command.ts';
import { batchesOf, type Batch, type RunnableStep } from './batches.ts';
import { Cancelled } from './cancellation.ts';
import { classifyError, passingVerdict } from './classify-error.ts';
import { ensureLedger } from './ensure-ledger.ts';
import { loadExtensions } from './load-extensions.ts';
import type { Interruption, RunProgress } from './recover.ts';
import { NontransactionalError } from './nontransactional-error.ts';
import { proveSteps } from './prove-steps.ts';
import { explainRemoved } from './removed-object.ts';
import { restoreScript } from './restore-session.ts';
import type { OnBegin, RunContext } from './run-context.ts';
import { runNontransactional } from './run-nontransactional.ts';
import { runObserved } from './run-observed.ts';
import { runSql } from './run-sql.ts';
import { runStamp } from './run-stamp.ts';
import { watchBlockers } from './server-processes.ts';

/**
 * Runs the planned steps in order, given the ledger that they were planned from. Returns `null` if all of them took effect,
 * otherwise the interruption to recover from. Throws the KernelError that ends the run.
 */
export async function runSteps(
  run: RunContext,
  planned: readonly RunnableStep[],
  ledger: Ledger,
  progress: RunProgress,
): Promise<Interruption | null> {
  const steps = await withStored(run, planned, ledger);
  if (ledger.rows.length !== progress.rows) {
    progress.rows = ledger.rows.length;
    progress.deadline = performance.now() + run.settings.lockWait * 1000;
  }
  if (run.kind !== 'stamp') await loadExtensions(run.session, steps);
  const interruption = await prepareDatabase(run, steps, ledger, progress);
  if (interruption !== null) return interruption;
  const together = (ledger.rows.length === 0 || run.isShadow) && !progress.split;
  const proven = await proveSteps(run, steps, ledger);
  // A command runs between the lock and the text, and whoever watches looks before the commit. Only a batch that is
  // observed, or outside a transaction, has these moments.
  const batched = proven.map((step) =>
    run.watch !== null || needsCommand(run, step) ? { ...step, proven: false } : step,
  );
  return runBatches(run, batchesOf(batched, run.kind, together), progress);
}

/** Completes steps whose packages are missing. Almost every run has none, and this would load the parser. */
async function withStored(
  { session }: RunContext,
  steps: readonly RunnableStep[],
  { rows }: Ledger,
): Promise<readonly RunnableStep[]> {
  if (steps.every(({ revision }) => revision !== null)) return steps;
  const { withStoredRevisions } = await import('./stored-revisions.ts');
  return withStoredRevisions(session, steps, rows);
}

/**
 * Checks once that the database is writable, and creates or upgrades the ledger. Returns like {@link runSteps}. Retries
 * like {@link retryWhileBlocked}.
 */
function prepareDatabase(
  run: RunContext,
  steps: readonly RunnableStep[],
  ledger: Ledger,
  progress: RunProgress,
): Promise<Interruption | null> {
  const { session } = run;
  return retryWhileBlocked<Interruption | null>(run, async () => {
    const [step] = steps;
    if (step === undefined) return { result: null };
    const busy = { kind: 'busy', step } as const;
    try {
      if (!progress.checked && session.kind === 'postgres') {
        const outside = batchesOf(steps, run.kind, false).find(({ kind }) => kind === 'nontransactional');
        await assertServerFits(session, { ids: steps.map(({ id }) => id), outside: outside?.steps[0]?.id ?? null });
      }
      progress.checked = true;
      if (!(await ensureLedger(run, ledger.format))) return { result: busy };
      if (ledger.format > 0) await assertComplete(session);
      return { result: null };
    } catch (cause) {
      await run.cancellation.settled();
      const verdict = passingVerdict(cause, session);
      if (verdict === null) throw explainSessionError(cause, session, step.id);
      if (verdict.kind === 'lost') return { result: { ...verdict, step: null } };
      if (verdict.kind !== 'retry') return { result: busy };
      const applied = progress.applied.map(({ id }) => id);
      return { step, cause, blocked: { revision: null, applied, outside: null } };
    }
  });
}

/** The outcome of an attempt: a result, or table locks that were not granted while `step` waited for them. */
type Attempt<T> =
  | { readonly result: T }
  | {
      readonly step: RunnableStep;
      readonly cause: unknown;
      readonly blocked: Pick<Details<'MIGRATION_BLOCKED'>, 'revision' | 'applied' | 'outside'>;
    };

/**
 * Repeats `attempt` until it has a result. If a table lock is not granted within `lock_timeout`, the attempt is repeated
 * for up to `retryFor` seconds. Live queries therefore never queue behind it for longer than `lock_timeout`. Throws
 * MIGRATION_BLOCKED.
 */
async function retryWhileBlocked<T>(run: RunContext, attempt: (n: number) => Promise<Attempt<T>>): Promise<T> {
  const { session, settings, observer } = run;
  const began = performance.now();
  let blockers: readonly string[] = [];
  for (let attempts = 1; ; attempts += 1) {
    run.cancellation.check();
    // From the second attempt on, a second connection looks up who is blocking this one. After the attempt it would be
    // too late.
    const watch = attempts > 1 ? watchBlockers(session, settings.lockTimeout) : null;
    try {
      const outcome = await attempt(attempts);
      if ('result' in outcome) return outcome.result;
      const seen = await watch?.stop();
      if (seen !== undefined && seen.length > 0) blockers = seen;
      const seconds = (performance.now() - began) / 1000;
      if (seconds >= settings.retryFor) {
        const details = { ...outcome.blocked, seconds: Math.round(seconds), attempts, blockers };
        throw kernelError('MIGRATION_BLOCKED', details, { cause: outcome.cause });
      }
      observer.waits?.('table locks', outcome.step);
      await run.cancellation.pause(100 + Math.random() * Math.min(200 * attempts, 2000));
    } finally {
      await watch?.stop();
    }
  }
}

/** Thrown to stop Umzug's loop. It never leaves this file. */
class Stop extends Error {
  readonly interruption: Interruption;
  constructor(interruption: Interruption) {
    super(interruption.kind);
    this.interruption = interruption;
  }
}

/** Lets Umzug iterate over the batches. Returns the first interruption; `null` if all batches took effect. */
async function runBatches(
  run: RunContext,
  batches: readonly Batch[],
  progress: RunProgress,
): Promise<Interruption | null> {
  const { Umzug, MigrationError } = await import('umzug');
  const total = batches.reduce((sum, batch) => sum + batch.steps.length, 0);
  let start = 0;
  const up = async (batch: Batch): Promise<void> => {
    const applied = progress.applied.map((step) => step.id);
    const began = performance.now();
    const done = await runBatch(run, batch, { start, total, applied });
    start += batch.steps.length;
    progress.losses = 0;
    const steps = done.map((id) => ({ id, direction: batch.direction }));
    progress.applied = [...progress.applied, ...steps];
    run.observer.commits?.(steps, performance.now() - began);
  };
  const umzug = new Umzug({
    migrations: batches.map((batch) => ({ name: nameOf(batch), up: () => up(batch) })),
    // Umzug would record a batch after it has run, but each transaction writes its own rows. All these batches are
    // pending.
    storage: { executed: async () => [], logMigration: async () => {}, unlogMigration: async () => {} },
    logger: undefined,
  });
  try {
    using _ = keepYoungGeneration();
    await umzug.up();
    return null;
  } catch (error) {
    const cause = error instanceof MigrationError ? error.cause : error;
    if (cause instanceof Stop) return cause.interruption;
    throw cause;
  }
}

function nameOf({ steps }: Batch): string {
  const [first, last] = [steps[0]?.id ?? '', steps.at(-1)?.id ?? ''];
  return first === last ? first : `${first} … ${last}`;
}

const runners = { sql: runSql, observed: runObserved, nontransactional: runNontransactional, stamp: runStamp } as const;

/** The position of a batch in the plan. */
interface Position {
  /** The number of steps before it. */
  readonly start: number;
  readonly total: number;
  /** The ids that this run committed before it. */
  readonly applied: readonly string[];
}

/**
 * Runs a batch and returns the ids that took effect through it. Retries like {@link retryWhileBlocked}. Throws {@link
 * Stop} for an interruption, and the KernelError that ends the run.
 */
function runBatch(run: RunContext, batch: Batch, { start, total, applied }: Position): Promise<readonly string[]> {
  const { session, observer } = run;
  return retryWhileBlocked(run, async (attempts) => {
    let current = batch.steps[0] ?? null;
    const onBegin: OnBegin = (step) => {
      current = step;
      if (attempts === 1) observer.begins?.(step, start + batch.steps.indexOf(step) + 1, total);
    };
    try {
      return { result: await runners[batch.kind](run, batch, randomUUID(), onBegin, applied) };
    } catch (cause) {
      await run.cancellation.settled();
      if (current === null) throw cause;
      const step: RunnableStep = current;
      if (cause instanceof Cancelled) {
        await session.script(restoreScript(session)).catch(() => {});
        throw new Cancelled(cause.cause, step.id);
      }
      const size = batch.kind === 'sql' ? batch.steps.length : 1;
      const verdict = classifyError(cause, { session, kind: run.kind, step, size, applied });
      if (verdict.kind !== 'lost') await session.script(restoreScript(session)).catch(() => {});
      if (verdict.kind === 'fail') throw await explainRemoved(verdict.error, step, session);
      if (verdict.kind !== 'retry') throw new Stop({ ...verdict, step });
      const outside =
        batch.kind === 'nontransactional'
          ? { leftover: cause instanceof NontransactionalError ? cause.leftover : null }
          : null;
      return { step, cause, blocked: { revision: step.id, applied, outside } };
    }
  });
}
