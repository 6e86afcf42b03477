import { setTimeout as sleep } from 'node:timers/promises';
import { explainSessionError } from '../db/explain-session-error.ts';
import { isConnectionLoss, serverErrorOf } from '../db/server-error.ts';
import type { Session } from '../db/session.ts';
import { serverSqlState } from '../db/sql-state.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import { waitForLock } from './migration-lock.ts';
import type { Loss } from './recover.ts';
import type { RunContext, RunStep } from './run-context.ts';

/**
 * Reconnects after the connection broke, and returns the steps that this run has committed. Only the server knows
 * whether the last batch was committed. Once the migration lock is free, the transaction of that batch has ended, so
 * the ledger shows whether its rows were written. Throws LOCK_WAIT_TIMEOUT. If the server accepts no new connection,
 * throws OUTCOME_UNKNOWN, or DATABASE_UNREACHABLE if no step was running.
 */
export async function reconnect(run: RunContext, { step, cause }: Loss): Promise<readonly RunStep[]> {
  const { session, settings, observer } = run;
  observer.waits?.('connection', step);
  const until = performance.now() + settings.retryFor * 1000;
  for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
    try {
      await session.reconnect();
      await waitForLock(session, performance.now() + settings.lockWait * 1000, settings.lockWait);
      return await committedBy(session, run.id);
    } catch (error) {
      if (isKernelError(error, 'LOCK_WAIT_TIMEOUT')) throw error;
      // The new connection may break as well.
      if (!isKernelError(error) && !isConnectionLoss(error, session)) throw error;
      if (performance.now() + wait > until) {
        if (step === null) throw explainSessionError(error, session);
        const details = { revision: step.id, database: session.shown, reason: shortMessage(cause) };
        throw kernelError('OUTCOME_UNKNOWN', details, { cause: error });
      }
    }
    await sleep(wait);
  }
}

async function committedBy(session: Session, runId: string): Promise<readonly RunStep[]> {
  try {
    return await session.query(
      `select plugin || '@' || slug as id, 'up' as direction from kernel.ledger where run_id = $1
        union all select plugin || '@' || slug, 'down' from kernel.event where run_id = $1 and kind = 'downgrade'`,
      [runId],
    );
  } catch (error) {
    // The connection broke while the ledger was being created, so its creation was rolled back.
    const code = serverErrorOf(error)?.code;
    if (code === serverSqlState.undefinedTable || code === serverSqlState.undefinedSchema) return [];
    throw error;
  }
}
