import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { Ledger } from './ledger.ts';

/** A run that wrote something or failed, as the ledger records it. */
export interface RunRecord {
  readonly id: string;
  /** `upgrade`, `downgrade` or `stamp`; newer kernels may record other kinds. */
  readonly kind: string;
  /** The name of the computer on which it ran. */
  readonly host: string;
  readonly kernelVersion: string;
  readonly startedAt: Date;
  /** `null` if it is still running or was killed. */
  readonly endedAt: Date | null;
  /** `done` or `failed`; `null` if it is still running or was killed. */
  readonly outcome: string | null;
  /** The code of the error that ended it. */
  readonly error: string | null;
}

/**
 * Reads the runs with these ids, or all runs, from the first to the last. A ledger of the first format has none, so its
 * rows name runs that are unknown.
 */
export async function readRuns(
  session: Pick<Session, 'query' | 'schemas'>,
  { format }: Pick<Ledger, 'format'>,
  ids?: readonly string[],
): Promise<readonly RunRecord[]> {
  if (format < 2) return [];
  const rows = await session.query<
    Omit<RunRecord, 'startedAt' | 'endedAt'> & { readonly startedAt: string; readonly endedAt: string | null }
  >(
    // As numbers, because the text of a time depends on the settings of the role.
    `select id::text, kind, host, kernel_version as "kernelVersion", outcome, error,
      (extract(epoch from started_at) * 1000)::bigint::text as "startedAt",
      (extract(epoch from ended_at) * 1000)::bigint::text as "endedAt"
      from ${quoteIdentifier(session.schemas.ledger)}.run where $1::text[] is null or id::text = any($1) order by started_at, id`,
    [ids ?? null],
  );
  return rows.map(({ startedAt, endedAt, ...row }) => ({
    ...row,
    startedAt: new Date(Number(startedAt)),
    endedAt: endedAt === null ? null : new Date(Number(endedAt)),
  }));
}
