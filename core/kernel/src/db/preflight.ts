import { kernelError } from '../error/kernel-codes.ts';
import type { Session } from './session.ts';
import { oldestSupportedMajor } from './supported-versions.ts';

interface Facts {
  readonly version: number;
  readonly recovery: boolean;
  readonly read_only: boolean;
  readonly has_ledger: boolean;
  readonly may_create: boolean;
}

/**
 * Checks the server before the first write of a run, so that the run does not fail halfway. `pending` lists the
 * revisions for the messages. Throws DATABASE_UNSUPPORTED, DATABASE_READ_ONLY and DATABASE_PRIVILEGE.
 */
export async function assertWritable(session: Session, pending: readonly string[]): Promise<void> {
  const [facts] = await session.query<Facts>(
    `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as recovery,
      current_setting('default_transaction_read_only') = 'on' as read_only,
      to_regnamespace('kernel') is not null as has_ledger,
      has_database_privilege(current_database(), 'create') as may_create`,
  );
  if (facts === undefined) return;
  const database = session.shown;
  if (facts.version < oldestSupportedMajor) {
    const expected = `PostgreSQL ${oldestSupportedMajor} or newer`;
    throw kernelError('DATABASE_UNSUPPORTED', { database, found: `PostgreSQL ${facts.version}`, expected });
  }
  if (facts.recovery) throw kernelError('DATABASE_READ_ONLY', { database, reason: 'is a standby server', pending });
  if (facts.read_only) throw kernelError('DATABASE_READ_ONLY', { database, reason: 'is read-only', pending });
  if (!facts.has_ledger && !facts.may_create) {
    const missing = 'create on database (the ledger needs the schema "kernel")';
    throw kernelError('DATABASE_PRIVILEGE', { database, user: session.user, missing, revision: null });
  }
}
