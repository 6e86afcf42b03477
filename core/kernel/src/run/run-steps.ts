import { setTimeout as sleep } from 'node:timers/promises';
import { explainSessionError } from '../db/explain-session-error.ts';
import { assertServerFits } from '../db/preflight.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { randomUUID } from '../runtime/lazy-crypto.ts';
import { batchesOf, type Batch, type RunnableStep } from './batches.ts';
import { classifyError, passingVerdict } from './classify-error.ts';
import { ensureLedger } from './ensure-ledger.ts';
import { loadExtensions } from './load-extensions.ts';
import type { Interruption, RunProgress } from './recover.ts';
import { NontransactionalError } from './nontransactional-error.ts';
import { proveSteps } from './prove-steps.ts';
import type { OnBegin, RunContext } from './run-context.ts';
import { runNontransactional } from './run-nontransactional.ts';
import { runObserved } from './run-observed.ts';
import { runSql } from './run-sql.ts';
import { runStamp } from './run-stamp.ts';
import { watchBlockers } from './server-processes.ts';

/**
 * Runs `steps` in order, given the ledger that they were planned from. Returns `null` if all of them took effect,
 * otherwise the interruption to recover from. Throws the KernelError that ends the run.
 */
export async function runSteps(
  run: RunContext,
  steps: readonly RunnableStep[],
  ledger: Ledger,
  progress: RunProgress,
): Promise<Interruption | null> {
  if (ledger.rows.length !== progress.rows) {
    progress.rows = ledger.rows.length;
    progress.deadline = performance.now() + run.settings.lockWait * 1000;
  }
  if (run.kind !== 'stamp') await loadExtensions(run.session, steps);
  const interruption = await prepareDatabase(run, steps, ledger, progress);
  if (interruption !== null) return interruption;
  const together = ledger.rows.length === 0 && !progress.split;
  const proven = await proveSteps(run, steps);
  return runBatches(run, batchesOf(proven, run.kind, together), progress);
}

/**
 * Checks once that the database is writable, and creates or upgrades the ledger. Returns like {@link runSteps}. If the
 * ledger's own locks are not granted, it is retried for up to `retryFor` seconds, like a batch.
 */
async function prepareDatabase(
  run: RunContext,
  steps: readonly RunnableStep[],
  ledger: Ledger,
  progress: RunProgress,
): Promise<Interruption | null> {
  const { session, settings } = run;
  const [step] = steps;
  if (step === undefined) return null;
  const applied = progress.applied.map(({ id }) => id);
  const began = performance.now();
  for (let attempts = 1; ; attempts += 1) {
    const watch = attempts > 1 ? watchBlockers(session, settings.lockTimeout) : null;
    try {
      const ids = steps.map(({ id }) => id);
      if (!progress.checked && session.kind === 'postgres') {
        const outside = batchesOf(steps, run.kind, false).find(({ kind }) => kind === 'nontransactional');
        await assertServerFits(session, { ids, outside: outside?.steps[0]?.id ?? null });
      }
      progress.checked = true;
      return (await ensureLedger(run, ledger.format)) ? null : { kind: 'busy', step };
    } catch (error) {
      const verdict = passingVerdict(error, session);
      if (verdict === null) throw explainSessionError(error, session, step.id);
      if (verdict.kind === 'lost') return { ...verdict, step: null };
      if (verdict.kind !== 'retry') return { kind: 'busy', step };
      const blockers = (await watch?.stop()) ?? [];
      const seconds = (performance.now() - began) / 1000;
      if (seconds >= settings.retryFor) {
        const details = { revision: null, seconds: Math.round(seconds), attempts, blockers, applied, outside: null };
        throw kernelError('MIGRATION_BLOCKED', details, { cause: error });
      }
      run.observer.waits?.('table locks', step);
      await sleep(100 + Math.random() * Math.min(200 * attempts, 2000));
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
    const done = await runBatch(run, batch, { start, total, applied });
    start += batch.steps.length;
    progress.losses = 0;
    progress.applied = [...progress.applied, ...done.map((id) => ({ id, direction: batch.direction }))];
  };
  const umzug = new Umzug({
    migrations: batches.map((batch) => ({ name: nameOf(batch), up: () => up(batch) })),
    // Umzug would record a batch after it has run, but each transaction writes its own rows. All these batches are
    // pending.
    storage: { executed: async () => [], logMigration: async () => {}, unlogMigration: async () => {} },
    logger: undefined,
  });
  try {
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
 * Runs a batch and returns the ids that took effect through it. If a table lock is not granted within `lock_timeout`,
 * the whole batch is retried for up to `retryFor` seconds. Live queries therefore never queue behind it for longer than
 * `lock_timeout`. Throws {@link Stop} for an interruption, and the KernelError that ends the run.
 */
async function runBatch(
  run: RunContext,
  batch: Batch,
  { start, total, applied }: Position,
): Promise<readonly string[]> {
  const { session, settings, observer } = run;
  const began = performance.now();
  let blockers: readonly string[] = [];
  for (let attempts = 1; ; attempts += 1) {
    let current = batch.steps[0] ?? null;
    const onBegin: OnBegin = (step) => {
      current = step;
      if (attempts === 1) observer.begins?.(step, start + batch.steps.indexOf(step) + 1, total);
    };
    // From the second attempt on, a second connection looks up who is blocking this one. After the attempt it would be
    // too late.
    const watch = attempts > 1 ? watchBlockers(session, settings.lockTimeout) : null;
    try {
      return await runners[batch.kind](run, batch, randomUUID(), onBegin, applied);
    } catch (error) {
      if (current === null) throw error;
      const step: RunnableStep = current;
      const size = batch.kind === 'sql' ? batch.steps.length : 1;
      const verdict = classifyError(error, { session, step, size, applied });
      if (verdict.kind === 'fail') throw verdict.error;
      // A rollback does not undo prepared statements and session advisory locks.
      if (verdict.kind === 'split' || verdict.kind === 'retry') await session.script('discard all').catch(() => {});
      if (verdict.kind !== 'retry') throw new Stop({ ...verdict, step });
      const seen = await watch?.stop();
      if (seen !== undefined && seen.length > 0) blockers = seen;
      const seconds = (performance.now() - began) / 1000;
      if (seconds >= settings.retryFor) {
        const leftover = error instanceof NontransactionalError ? error.leftover : null;
        const outside = batch.kind === 'nontransactional' ? { leftover } : null;
        const details = { revision: step.id, seconds: Math.round(seconds), attempts, blockers, applied, outside };
        throw kernelError('MIGRATION_BLOCKED', details, { cause: error });
      }
      observer.waits?.('table locks', step);
      await sleep(100 + Math.random() * Math.min(200 * attempts, 2000));
    } finally {
      await watch?.stop();
    }
  }
}
