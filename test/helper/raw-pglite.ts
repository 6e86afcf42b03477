import { PGlite } from '@electric-sql/pglite';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';

/** Opens an empty PGlite database in memory, without a session of the kernel and without a ledger. */
export async function openRawPglite(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: await dataDir() });
}

/** Drops everything in the schema `public`. */
export async function clearRawPglite(database: PGlite): Promise<void> {
  await database.exec('drop schema public cascade; create schema public;');
}
