import type { Session } from '../db/session.ts';
import type { MigrationState } from './migration-state.ts';
import type { RevisionSet } from './revision-set.ts';

/**
 * Refuses an upgrade that would create tables which another migration tool has already created. Only a database without
 * any applied revision is checked, so it makes no query on any other, and none if nothing is pending. Throws
 * DATABASE_NOT_ADOPTED.
 */
export async function assertDatabaseAdopted(
  session: Session,
  { revisions }: Pick<RevisionSet, 'revisions'>,
  { history }: Pick<MigrationState, 'history'>,
  pending: Iterable<string>,
): Promise<void> {
  if (history.applied.size > 0) return;
  const starting = Array.from(pending).flatMap((id) => revisions.get(id) ?? []);
  if (starting.length === 0) return;
  const { assertAdopted } = await import('../run/foreign-history.ts');
  await assertAdopted(session, starting);
}
