import { readObjectStates } from '../catalog/object-states.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { compareClaim, type StampClaim } from '../ownership/stamp-claim.ts';
import { openLedgerOwners } from '../ownership/ledger-owners.ts';
import { applyEffects } from '../ownership/revision-effects.ts';
import type { Revision } from '../plugin/revision.ts';
import { readStoredEffects } from '../run/stored-effects.ts';
import type { TrackedObjects } from '../sql/tracked-object.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';

/**
 * Compares the database with the state that stamping `revisions` would claim. Returns the revisions whose effects cannot be
 * read: code, and SQL that hides them. Throws STAMP_MISMATCH.
 */
export async function assertStampFits(
  session: Session,
  ledger: Ledger,
  revisions: readonly Revision[],
  targets: readonly string[],
): Promise<readonly string[]> {
  const { claimOf } = await import('../ownership/stamp-claim.ts');
  const claim = await claimOf(await recordedObjects(session, ledger), revisions);
  await assertClaim(session, claim, targets);
  return claim.unread;
}

async function assertClaim(session: Session, claim: StampClaim, targets: readonly string[]): Promise<void> {
  const { missing, left } = compareClaim(claim, await readObjectStates(session));
  if (missing.length === 0 && left.length === 0) return;
  throw kernelError('STAMP_MISMATCH', { database: session.shown, targets, missing, left, unread: claim.unread });
}

/** Returns the objects that the ledger records, with their owners. A ledger of the first format has only SQL. */
async function recordedObjects(session: Session, { format }: Ledger): Promise<TrackedObjects> {
  if (format === 0) return new Map();
  if (format >= currentFormat) return openLedgerOwners(session).read();
  const schema = trackedSchema();
  for (const { id, objects } of await readStoredEffects(session)) {
    applyEffects(schema, objects, { id, plugin: id.slice(0, id.indexOf('@')) });
  }
  return schema.objects;
}
