import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/** Returns the package from which the newest applied revision of a plugin came; `null` if no package is recorded. */
export async function readRecordedPackage(session: Session, plugin: string): Promise<string | null> {
  const [row] = await session.query<{ readonly package: string }>(
    `select package from ${quoteIdentifier(session.schemas.ledger)}.ledger
      where plugin = $1 and package not like 'inline:%' order by seq desc limit 1`,
    [plugin],
  );
  return row?.package ?? null;
}
