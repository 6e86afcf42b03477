import type { Session } from '@headwater/kernel/internal/database';
import { ensureLedger } from '@headwater/kernel/internal/migrations';
import { digestTables } from './schema-digest.ts';
import { replaySettings } from './replay.ts';

/** Creates the ledger of a new shadow, and the tables of {@link recordDigest}. */
export async function createLedger(session: Session): Promise<void> {
  await ensureLedger({ session, settings: replaySettings }, 0);
  await session.script(digestTables);
}

/** Empties the ledger. Its schema is kept: PostgreSQL replans every prepared statement when a schema is dropped. */
export async function emptyLedger(session: Session): Promise<void> {
  await session.script(
    'delete from kernel.ledger; delete from kernel.event; delete from kernel.run; delete from kernel.digest;',
  );
}
