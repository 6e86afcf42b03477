import { setTimeout as sleep } from 'node:timers/promises';
import { explainSessionError } from '../db/explain-session-error.ts';
import { isConnectionLoss, isShapeError, serverErrorOf } from '../db/server-error.ts';
import type { Session } from '../db/session.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import { waitForLock } from './migration-lock.ts';
import { damagedLedger } from '../ledger/damaged-ledger.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { readLedger } from '../ledger/ledger.ts';
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
      if (session.reconnect === null) throw unreachable(session, cause);
      await session.reconnect();
      await endLostProcesses(session);
      // Not even a cancelled run ends here, because only the server knows the outcome.
      await waitForLock(session, performance.now() + settings.lockWait * 1000, settings.lockWait, sleep);
      return await committedBy(session, run.id);
    } catch (error) {
      if (isKernelError(error, 'LOCK_WAIT_TIMEOUT')) throw error;
      // The new connection may break as well.
      if (!isKernelError(error) && !isConnectionLoss(error, session)) throw error;
      if (performance.now() + wait > until || session.reconnect === null) {
        if (step === null) throw explainSessionError(error, session);
        const details = { revision: step.id, database: session.shown, reason: shortMessage(cause) };
        throw kernelError('OUTCOME_UNKNOWN', details, { cause: error });
      }
    }
    await sleep(wait);
  }
}

/** The connection is the only one, so nothing can ask the server for the outcome. */
function unreachable({ shown }: Session, cause: unknown): KernelError {
  return kernelError(
    'DATABASE_UNREACHABLE',
    { database: shown, reason: shortMessage(cause), connected: true },
    { cause },
  );
}

/**
 * Ends the server processes of the session's lost connections: the first and the second one. Until the server notices the
 * loss, which can take hours, their transactions hold the migration lock and locks on tables. They are found by the name
 * of the connection, which no other session has, since a pooler hides their ids. It may have left that name on idle
 * processes, which hold no locks. The connections of a host have other names, and are left to the server, which soon
 * notices the loss.
 */
async function endLostProcesses(session: Session): Promise<void> {
  if (session.applicationName === null) return;
  // If this query breaks the connection, the next one reports it.
  await session
    .query(
      `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
        and datname = current_database() and usename = current_user and application_name = $1
        and state is distinct from 'idle'`,
      [session.applicationName],
    )
    .catch(() => {});
}

/**
 * Returns the steps of a run that are committed, in order. The row of a squash that the run has put in the places of others
 * is no step of it, but those rows may be.
 */
async function committedBy(session: Session, runId: string): Promise<readonly RunStep[]> {
  const ledger = quoteIdentifier(session.schemas.ledger);
  try {
    return await session.query(
      `select id, direction from (
        select l.plugin || '@' || l.slug as id, 'up' as direction, l.seq as place from ${ledger}.ledger l
          where l.run_id = $1 and not exists (select from ${ledger}.event e
            where e.kind = 'squash' and e.run_id = l.run_id and e.plugin || '@' || e.slug = any (l.replaces))
        union all select plugin || '@' || slug, 'up', (row ->> 'seq')::bigint from ${ledger}.event
          where kind = 'squash' and (row ->> 'run_id')::uuid = $1
        union all select plugin || '@' || slug, 'down', id from ${ledger}.event where run_id = $1 and kind = 'downgrade'
      ) steps order by place`,
      [runId],
    );
  } catch (error) {
    const server = serverErrorOf(error);
    if (server === null || !isShapeError(server)) throw error;
    // If the connection broke while the ledger was being created, its creation was rolled back.
    if ((await readLedger(session)).format === 0) return [];
    throw damagedLedger(session, server.message, error);
  }
}
