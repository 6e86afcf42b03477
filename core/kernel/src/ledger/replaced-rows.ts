import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { Ledger } from './ledger.ts';

/** A row that the row of a squash has replaced. */
export interface ReplacedRow {
  readonly id: string;
  /** The run that applied it. */
  readonly runId: string;
  /** The squash, which is still applied. */
  readonly by: string;
}

/** Reads the rows that squashes have replaced, in the order of application. A ledger of the first format has none. */
export async function readReplacedRows(
  session: Pick<Session, 'query' | 'schemas'>,
  { format, rows }: Ledger,
): Promise<readonly ReplacedRow[]> {
  if (format < 2 || rows.every(({ replaces }) => replaces.length === 0)) return [];
  const schema = quoteIdentifier(session.schemas.ledger);
  return session.query<ReplacedRow>(
    `select e.plugin || '@' || e.slug as id, e.row ->> 'run_id' as "runId", e.detail ->> 'by' as by
      from ${schema}.event e join ${schema}.ledger l on l.plugin || '@' || l.slug = e.detail ->> 'by' and l.run_id = e.run_id
      where e.kind = 'squash' order by (e.row ->> 'seq')::bigint`,
  );
}
