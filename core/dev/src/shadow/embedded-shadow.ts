import { catalogReader } from '@headwater/kernel/internal/catalog';
import { openPglite, restoreScript } from '@headwater/kernel/internal/database';
import { dropAddedObjects } from './drop-added-objects.ts';
import { takeFingerprint } from './fingerprint.ts';
import { openDigest } from './schema-digest.ts';
import { createLedger, emptyLedger } from './shadow-ledger.ts';
import type { ShadowDatabase, ShadowHost } from './shadow-database.ts';

/**
 * Leaves what every replay leaves and nothing removes, so that it makes no difference: the schema of temporary objects,
 * and the library of PL/pgSQL.
 */
const inevitable = `create temporary table headwater_first ();
  discard temp;
  do 'begin end';`;

/** Makes databases on PGlite in this process. Each is an engine of its own, with its own roles and settings. */
export const embeddedHost: ShadowHost = { create: createEmbedded, close: async () => {} };

async function createEmbedded(): Promise<ShadowDatabase> {
  const target = { kind: 'pglite', directory: null, shown: 'the shadow' } as const;
  const session = await openPglite(target, { shortLived: true });
  try {
    await session.script(inevitable);
    await createLedger(session);
    await session.script(`begin; ${restoreScript(session)} commit;`);
    const isNew = await takeFingerprint(session);
    const digest = await openDigest(session);
    return {
      session,
      catalog: catalogReader(session),
      digest,
      async clear() {
        // The only connection cannot be replaced.
        await session.script(`rollback; begin; ${restoreScript(session)} commit;`);
        await dropAddedObjects(session);
        await emptyLedger(session);
        return isNew();
      },
      drop: () => session.close(),
    };
  } catch (error) {
    await session.close().catch(() => {});
    throw error;
  }
}
