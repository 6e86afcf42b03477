import { explainSessionError } from '../db/explain-session-error.ts';
import { isTimeLimit } from '../db/server-error.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import type { RunnableStep } from './batches.ts';
import { waitForLock } from './migration-lock.ts';
import { reconnect } from './reconnect.ts';
import type { RunContext, RunStep } from './run-context.ts';

/** The changing state of one run, from its first step to its last. */
export interface RunProgress {
  applied: readonly RunStep[];
  /** The squashes whose rows it has put in the places of others, or left for later because it may only read. */
  squashed: readonly string[];
  /** The number of lost connections since the last committed step. */
  losses: number;
  /** The number of ledger rows when it was last read. As long as it changes, other processes are making progress. */
  rows: number;
  /**
   * The time at which waiting for the migration lock ends (`performance.now()`). Extended while other processes make
   * progress.
   */
  deadline: number;
  /** Whether to run the remaining revisions one by one. */
  split: boolean;
  /** Whether the database is known to be writable. */
  checked: boolean;
}

/** Returns the state of a run that has not begun. `lockWait` is in seconds. */
export function startProgress(lockWait: number): RunProgress {
  return {
    applied: [],
    squashed: [],
    losses: 0,
    rows: -1,
    deadline: performance.now() + lockWait * 1000,
    split: false,
    checked: false,
  };
}

/** The reason why the ledger must be read and the remaining steps planned again. */
export type Interruption =
  | { readonly kind: 'busy' | 'stale' | 'split'; readonly step: RunnableStep | null }
  /** `step` is the one whose outcome is unknown; `null` if the connection broke while no step was running. */
  | { readonly kind: 'lost'; readonly step: RunnableStep | null; readonly cause: unknown };

/** The connection broke. */
export type Loss = Extract<Interruption, { kind: 'lost' }>;

/** The number of times that the connection may break during the same step before that step counts as the cause. */
const connectionLossLimit = 3;

/**
 * Waits until the run can continue after `interruption`: for the migration lock, or for a new connection. Throws
 * LOCK_WAIT_TIMEOUT, OUTCOME_UNKNOWN, MIGRATION_FAILED for a step that breaks every connection, and DATABASE_UNREACHABLE
 * or DATABASE_QUERY_FAILED if no step was running.
 */
export async function recover(run: RunContext, interruption: Interruption, progress: RunProgress): Promise<void> {
  const { settings } = run;
  switch (interruption.kind) {
    case 'busy':
      run.observer.waits?.('migration lock', interruption.step);
      return waitForLock(run.session, progress.deadline, settings.lockWait, run.cancellation.pause);
    case 'split':
      progress.split = true;
      return;
    case 'stale':
      return;
    default: {
      progress.losses += 1;
      // From now on revisions run one by one, to identify the one that breaks the connection.
      progress.split = true;
      const committed = await reconnect(run, interruption);
      if (committed.length > progress.applied.length) progress.losses = 0;
      progress.applied = committed;
      if (progress.losses >= connectionLossLimit) throw brokenTooOften(run, interruption, progress);
    }
  }
}

function brokenTooOften({ session }: RunContext, { step, cause }: Loss, progress: RunProgress): unknown {
  // A second connection could not be opened, or a time limit of the role ends every connection, whatever runs on it.
  if (step === null || isTimeLimit(cause) || isKernelError(cause)) {
    // The connection that broke has been replaced.
    return explainSessionError(cause, { ...session, lost: true });
  }
  return kernelError('MIGRATION_FAILED', {
    revision: step.id,
    direction: step.direction,
    file: step.revision?.file ?? null,
    reason: `the connection broke ${progress.losses} times while it ran; last: ${shortMessage(cause)}`,
    sqlState: null,
    detail: null,
    line: null,
    column: null,
    statement: null,
    applied: progress.applied.map(({ id }) => id),
    outside: step.revision?.transaction === false ? { leftover: null } : null,
  });
}
