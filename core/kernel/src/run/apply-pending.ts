import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { AppliedStep, ApplyResult, Round } from './apply.ts';
import { batchesOf, type Batch } from './batches.ts';
import { judge } from './failure.ts';
import { prepareLedger } from '../ledger/prepare-ledger.ts';
import { waitForLock } from './lock.ts';
import { assertWritable } from '../db/preflight.ts';
import { reconnect } from './reconnect.ts';
import { runBatch, type BatchResult } from './run-batch.ts';
import type { Run } from './run.ts';

/** How often the connection may break under the same step before it is the step's fault. */
const mostLosses = 3;

/**
 * Runs the steps of the round `first`, and whatever `read` says is left after each interruption. A KernelError is in the
 * result, beside what was committed before it.
 */
export async function applyPending(run: Run, first: Round, read: () => Promise<Round>): Promise<ApplyResult> {
  const progress: Progress = { applied: [], losses: 0, rows: -1, deadline: 0, split: false, checked: false };
  try {
    for (let round = first; ; round = await read()) {
      const why = await playRound(run, round, progress);
      if (why === null) return { runId: run.id, applied: progress.applied, error: null };
      await recover(run, why, progress);
    }
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { runId: run.id, applied: progress.applied, error };
  }
}

/** What changes while a plan is applied. */
interface Progress {
  applied: readonly AppliedStep[];
  /** Broken connections since the last step that was committed. */
  losses: number;
  /** Rows of the ledger when we last looked: as long as they change, waiting is no standstill. */
  rows: number;
  deadline: number;
  /** Whether to run revisions one by one from now on. */
  split: boolean;
  checked: boolean;
}

/** Why the ledger has to be read again. */
type Interruption = Exclude<BatchResult, { kind: 'done' }>;

/** Runs the steps of a round. Gives `null` when nothing is left, else why it broke off. */
async function playRound(run: Run, { ledger, steps }: Round, progress: Progress): Promise<Interruption | null> {
  const { session, settings } = run;
  const [first] = steps;
  if (first === undefined) return null;
  if (ledger.rows.length !== progress.rows) {
    progress.rows = ledger.rows.length;
    progress.deadline = performance.now() + settings.lockWait * 1000;
  }
  try {
    if (!progress.checked && session.kind === 'postgres') {
      await assertWritable(
        session,
        steps.map((step) => step.id),
      );
    }
    progress.checked = true;
    if (!(await prepareLedger(run, ledger.format))) return { kind: 'busy', step: first };
  } catch (error) {
    const verdict = judge(error, { session, step: first, size: 1, applied: [] });
    if (verdict.kind === 'fail') throw verdict.error;
    if (verdict.kind === 'lost') return { ...verdict, step: first };
    return { kind: 'busy', step: first };
  }
  return runThrough(run, batchesOf(steps, ledger.rows.length === 0 && !progress.split), progress);
}

/** Ends Umzug's loop so that the ledger is read again. Never leaves this file. */
class Interrupted extends Error {
  readonly why: Interruption;
  constructor(why: Interruption) {
    super(why.kind);
    this.why = why;
  }
}

/** Umzug is the loop over the batches. */
async function runThrough(run: Run, batches: readonly Batch[], progress: Progress): Promise<Interruption | null> {
  const { Umzug, MigrationError } = await import('umzug');
  const total = batches.reduce((sum, batch) => sum + batch.steps.length, 0);
  let start = 0;
  const up = async (batch: Batch): Promise<void> => {
    const applied = progress.applied.map((step) => step.id);
    const result = await runBatch(run, batch, { start, total, applied });
    if (result.kind !== 'done') throw new Interrupted(result);
    start += batch.steps.length;
    progress.losses = 0;
    progress.applied = [...progress.applied, ...result.done.map((id) => ({ id, direction: batch.direction }))];
  };
  const umzug = new Umzug({
    migrations: batches.map((batch) => ({ name: nameOf(batch), up: () => up(batch) })),
    // The rows are written inside each transaction; Umzug would write them after it. And all of these are to run.
    storage: { executed: async () => [], logMigration: async () => {}, unlogMigration: async () => {} },
    logger: undefined,
  });
  try {
    await umzug.up();
    return null;
  } catch (error) {
    const cause = error instanceof MigrationError ? error.cause : error;
    if (cause instanceof Interrupted) return cause.why;
    throw cause;
  }
}

function nameOf({ steps }: Batch): string {
  const [first, last] = [steps[0]?.id ?? '', steps.at(-1)?.id ?? ''];
  return first === last ? first : `${first} … ${last}`;
}

/** Makes the next round possible. */
async function recover(run: Run, why: Interruption, progress: Progress): Promise<void> {
  switch (why.kind) {
    case 'busy':
      run.observer.waits?.('migration lock', why.step);
      return waitForLock(run.session, progress.deadline, run.settings.lockWait);
    case 'split':
      progress.split = true;
      return;
    case 'stale':
      return;
    default: {
      progress.losses += 1;
      // Alone, a revision that breaks connections is known by name.
      progress.split = true;
      const committed = await reconnect(run, why.step, why.reason);
      if (committed.length > progress.applied.length) progress.losses = 0;
      progress.applied = committed;
      if (progress.losses >= mostLosses) throw brokenTooOften(why, progress);
    }
  }
}

function brokenTooOften({ step, reason }: Extract<Interruption, { kind: 'lost' }>, progress: Progress): KernelError {
  return kernelError('MIGRATION_FAILED', {
    revision: step?.id ?? '',
    direction: step?.direction ?? 'up',
    file: step?.revision?.file ?? null,
    reason: `the connection broke ${progress.losses} times while it ran; last: ${reason}`,
    sqlState: null,
    detail: null,
    line: null,
    statement: null,
    applied: progress.applied.map(({ id }) => id),
  });
}
