import { isShapeError, serverErrorOf } from '../db/server-error.ts';
import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { damagedLedger } from './damaged-ledger.ts';

/**
 * Throws LEDGER_DAMAGED if the ledger has fewer rows than the recorded runs have left in it, because somebody deleted
 * rows or restored only a part of a backup. Running the plan would then fail at an object that exists already, and blame
 * its revision. Runs of the first format, and killed ones, are not counted.
 */
export async function assertComplete(session: Pick<Session, 'query' | 'shown' | 'schemas'>): Promise<void> {
  const { rows, expected } = await countRows(session);
  if (rows >= expected) return;
  const problem = `its table ledger has ${rows} rows, but at least ${expected} revisions have been applied and not reverted`;
  throw damagedLedger(session, problem);
}

interface Counts {
  readonly rows: number;
  readonly expected: number;
}

async function countRows(session: Pick<Session, 'query' | 'shown' | 'schemas'>): Promise<Counts> {
  const schema = quoteIdentifier(session.schemas.ledger);
  try {
    const [found] = await session.query<Counts>(
      `select (select count(*)::int from ${schema}.ledger) as rows,
        (select coalesce(sum(applied), 0)::int from ${schema}.run) +
          (select count(*) filter (where kind = 'stamp' and detail @> '{"squash": true}')::int -
              count(*) filter (where kind <> 'stamp' and row is not null)::int
            from ${schema}.event where run_id in (select id from ${schema}.run)) as expected`,
    );
    return found ?? { rows: 0, expected: 0 };
  } catch (error) {
    const server = serverErrorOf(error);
    if (server === null || !isShapeError(server)) throw error;
    throw damagedLedger(session, server.message, error);
  }
}
