import type { Session } from '../db/session.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import type { RevisionSet } from '../migrate/revision-set.ts';
import type { RemovedNeed } from '../ownership/removed-objects.ts';
import type { Step } from '../plan/plan.ts';

/** Finds the objects that the steps of an upgrade need although a revision of another plugin removes them before. */
export async function readRemovedNeeds(
  session: Session,
  { format }: Ledger,
  steps: readonly Step[],
  { revisions }: RevisionSet,
): Promise<readonly RemovedNeed[]> {
  if (steps.length === 0) return [];
  // Imported here, because it loads the SQL parser.
  const { findRemovedNeeds } = await import('../ownership/removed-objects.ts');
  const { readLedgerEffects } = await import('../ownership/ledger-owners.ts');
  // A ledger of the first format does not record effects.
  const applied = format < currentFormat ? [] : await readLedgerEffects(session);
  return findRemovedNeeds(
    applied,
    steps.flatMap(({ id }) => revisions.get(id) ?? []),
  );
}
