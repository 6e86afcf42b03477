import type { LoadedApp } from '@headwater/kernel/internal/boot';
import type { DatabaseTarget } from '@headwater/kernel/internal/config';
import type { Session } from '@headwater/kernel/internal/database';
import { openEmbedded } from './embedded-database.ts';
import { databaseOnServer } from './server-database.ts';

/** A database for one test kernel or one test of revisions. */
export interface DisposableDatabase {
  /** The address of the database, before it is created. */
  readonly target: DatabaseTarget;
  /**
   * Creates the database and opens it: at the heads of an application, or empty for `null`. Closing the session drops
   * the database.
   */
  readonly open: (loaded: LoadedApp | null) => Promise<Session>;
}

/** Returns a database on PGlite, in memory, or on the server that `target` names. Nothing is created yet. */
export function disposableDatabase(target: DatabaseTarget): DisposableDatabase {
  if (target.kind === 'postgres') return databaseOnServer(target);
  return { target, open: openEmbedded };
}
