import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';

/**
 * Throws LEDGER_DAMAGED if the ledger has fewer rows than the recorded runs have left in it, because somebody deleted
 * rows or restored only a part of a backup. Running the plan would then fail at an object that exists already, and blame
 * its revision. Runs of the first format, and killed ones, are not counted.
 */
export async function assertComplete(session: Pick<Session, 'query' | 'shown'>): Promise<void> {
  const [found] = await session.query<{ rows: number; expected: number }>(
    `select (select count(*)::int from kernel.ledger) as rows,
      (select coalesce(sum(applied), 0)::int from kernel.run) -
        (select count(*)::int from kernel.event where kind <> 'stamp' and row is not null
          and run_id in (select id from kernel.run)) as expected`,
  );
  if (found === undefined || found.rows >= found.expected) return;
  const problem = `kernel.ledger has ${found.rows} rows, but at least ${found.expected} revisions have been applied and not reverted`;
  throw kernelError('LEDGER_DAMAGED', { database: session.shown, problem });
}
