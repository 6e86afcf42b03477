import { serverErrorOf } from '../db/server-error.ts';
import { serverSqlState } from '../db/sql-state.ts';
import { isKernelError, kernelError, type Details } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { Cancelled } from '../run/cancellation.ts';

/** What was cancelled. */
export interface CancelledOperation {
  readonly operation: Details<'CANCELLED'>['operation'];
  readonly signal: AbortSignal | undefined;
  /** The ids that the run has committed. Default: none. */
  readonly applied?: readonly string[];
}

/**
 * Returns CANCELLED if `error` is the consequence of aborting `signal`: a wait that ended, or a statement that the
 * server cancelled. Returns `null` for an error with any other cause, even if the signal is aborted.
 */
export function explainCancellation(
  error: unknown,
  { operation, signal, applied = [] }: CancelledOperation,
): KernelError | null {
  if (signal?.aborted !== true) return null;
  const cancelled = (revision: string | null, outside: Details<'CANCELLED'>['outside']): KernelError =>
    kernelError('CANCELLED', { operation, revision, outside, applied }, { cause: signal.reason });
  if (error instanceof Cancelled) return cancelled(error.revision, null);
  if (isKernelError(error, 'MIGRATION_FAILED') && error.details.sqlState === serverSqlState.queryCanceled) {
    return cancelled(error.details.revision, error.details.outside);
  }
  const isCancelled =
    serverErrorOf(error)?.code === serverSqlState.queryCanceled ||
    (isKernelError(error, 'DATABASE_QUERY_FAILED') && error.details.sqlState === serverSqlState.queryCanceled);
  return isCancelled ? cancelled(null, null) : null;
}
