import { setTimeout as sleep } from 'node:timers/promises';
import { kernelError } from '../error/kernel-codes.ts';
import type { RunnableStep } from './batches.ts';
import { waitForLock } from './lock.ts';
import type { Run } from './run.ts';

/**
 * After a broken connection nobody here knows whether the batch was committed. The server does: once the lock is free
 * its transaction has ended, and this run's rows are there or not. Gives what this run has committed, by the server's
 * word. Throws OUTCOME_UNKNOWN when the server does not come back, LOCK_WAIT_TIMEOUT.
 */
export async function reconnect(
  run: Run,
  step: RunnableStep | null,
  reason: string,
): Promise<readonly { readonly id: string; readonly direction: 'up' | 'down' }[]> {
  const { session, settings, observer } = run;
  observer.waits?.('connection', step);
  const until = performance.now() + settings.retryFor * 1000;
  for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
    try {
      await session.reconnect();
      break;
    } catch (error) {
      if (performance.now() + wait > until) {
        const details = { revision: step?.id ?? '', database: session.shown, reason };
        throw kernelError('OUTCOME_UNKNOWN', details, { cause: error });
      }
    }
    await sleep(wait);
  }
  await waitForLock(session, performance.now() + settings.lockWait * 1000, settings.lockWait);
  return session.query(
    `select plugin || '@' || slug as id, 'up' as direction from kernel.ledger where run_id = $1
      union all select plugin || '@' || slug, 'down' from kernel.event where run_id = $1 and kind = 'downgrade'`,
    [run.id],
  );
}
