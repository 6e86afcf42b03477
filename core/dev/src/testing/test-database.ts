import type { DatabaseTarget, Prepared, Session } from '@headwater/kernel/internal';
import { openEmbedded } from './embedded-database.ts';
import { databaseOnServer } from './server-database.ts';

/** A database for one run of an application. */
export interface TestDatabase {
  /** Where it will be. */
  readonly target: DatabaseTarget;
  /** Makes it and opens it, at the heads of an application. Nothing is left of it when the session is closed. */
  readonly open: (prepared: Prepared) => Promise<Session>;
}

/** A database of its own: of PGlite, in memory, or on the server that `target` leads to. Nothing is made yet. */
export function testDatabase(target: DatabaseTarget): TestDatabase {
  if (target.kind === 'postgres') return databaseOnServer(target);
  return { target, open: openEmbedded };
}
