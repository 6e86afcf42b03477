import { isShapeError, serverErrorOf } from '../db/server-error.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';

/**
 * Throws LEDGER_DAMAGED if the ledger has fewer rows than the recorded runs have left in it, because somebody deleted
 * rows or restored only a part of a backup. Running the plan would then fail at an object that exists already, and blame
 * its revision. Runs of the first format, and killed ones, are not counted.
 */
export async function assertComplete(session: Pick<Session, 'query' | 'shown'>): Promise<void> {
  const { rows, expected } = await countRows(session);
  if (rows >= expected) return;
  const problem = `kernel.ledger has ${rows} rows, but at least ${expected} revisions have been applied and not reverted`;
  throw kernelError('LEDGER_DAMAGED', { database: session.shown, problem });
}

interface Counts {
  readonly rows: number;
  readonly expected: number;
}

async function countRows({ query, shown }: Pick<Session, 'query' | 'shown'>): Promise<Counts> {
  try {
    const [found] = await query<Counts>(
      `select (select count(*)::int from kernel.ledger) as rows,
        (select coalesce(sum(applied), 0)::int from kernel.run) -
          (select count(*)::int from kernel.event where kind <> 'stamp' and row is not null
            and run_id in (select id from kernel.run)) as expected`,
    );
    return found ?? { rows: 0, expected: 0 };
  } catch (error) {
    const server = serverErrorOf(error);
    if (server === null || !isShapeError(server)) throw error;
    throw kernelError('LEDGER_DAMAGED', { database: shown, problem: server.message }, { cause: error });
  }
}
