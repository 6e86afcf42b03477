import { kernelError } from '../error/kernel-codes.ts';
import type { Session } from './session.ts';
import { oldestSupportedMajor } from './supported-versions.ts';

interface Answers {
  readonly version: number;
  readonly recovery: boolean;
  readonly read_only: boolean;
  readonly has_ledger: boolean;
  readonly may_create: boolean;
}

/**
 * Asks, before the first write of a run, what would make it fail half-way. Throws DATABASE_UNSUPPORTED,
 * DATABASE_READ_ONLY and DATABASE_PRIVILEGE.
 */
export async function assertWritable(session: Session, pending: readonly string[]): Promise<void> {
  const [answers] = await session.query<Answers>(
    `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as recovery,
      current_setting('default_transaction_read_only') = 'on' as read_only,
      to_regnamespace('kernel') is not null as has_ledger,
      has_database_privilege(current_database(), 'create') as may_create`,
  );
  if (answers === undefined) return;
  const database = session.shown;
  if (answers.version < oldestSupportedMajor) {
    const found = `PostgreSQL ${answers.version}`;
    throw kernelError('DATABASE_UNSUPPORTED', {
      database,
      found,
      expected: `PostgreSQL ${oldestSupportedMajor} or newer`,
    });
  }
  if (answers.recovery) throw kernelError('DATABASE_READ_ONLY', { database, reason: 'is a standby', pending });
  if (answers.read_only) throw kernelError('DATABASE_READ_ONLY', { database, reason: 'is read-only', pending });
  if (!answers.has_ledger && !answers.may_create) {
    const missing = 'create on database (the ledger needs a schema of its own, "kernel")';
    throw kernelError('DATABASE_PRIVILEGE', { database, user: session.user, missing, revision: null });
  }
}
