import type { Catalog } from '@headwater/kernel/internal/catalog';
import type { Session } from '@headwater/kernel/internal/database';
import type { Plugin, Revision } from '@headwater/kernel/internal/plugins';
import { embeddedHost } from './embedded-shadow.ts';
import type { ReadDigest } from './schema-digest.ts';
import { openServerHost } from './server-shadow.ts';
import type { ShadowDatabase, ShadowHost } from './shadow-database.ts';

/** A scratch database for running revisions. It has a ledger of its own, and is dropped when it is closed. */
export interface Shadow extends AsyncDisposable {
  /** Stays the same when the database behind it is replaced. */
  readonly session: Session;
  /** The plugins whose revisions run in it. */
  readonly plugins: readonly Plugin[];
  /** The revisions that have run in it, by id. */
  readonly replayed: Map<string, Revision>;
  /** Makes it as good as new: drops everything in it or, if that is not known to suffice, replaces the database. */
  readonly empty: () => Promise<void>;
  readonly catalog: () => Promise<Catalog>;
  readonly digest: ReadDigest;
}

/**
 * Opens a shadow: PGlite in this process or, with `url`, a new database on that server. A plugin needs a server if it
 * uses extensions that PGlite lacks, or to test the oldest version that it supports. The database in `url` is only used
 * to create the new one. Throws SHADOW_URL_INVALID, SHADOW_BEHIND_POOLER, the errors of a session, and
 * DATABASE_PRIVILEGE if the user cannot create databases.
 */
export async function openShadow(url: string | null = null, plugins: readonly Plugin[] = []): Promise<Shadow> {
  const host = url === null ? embeddedHost : await openServerHost(url);
  try {
    return shadowOn(host, await host.create(), plugins);
  } catch (error) {
    await host.close().catch(() => {});
    throw error;
  }
}

function shadowOn(host: ShadowHost, first: ShadowDatabase, plugins: readonly Plugin[]): Shadow {
  const replayed = new Map<string, Revision>();
  let database: ShadowDatabase | null = first;
  let isNew = true;
  const opened = (): ShadowDatabase => {
    if (database === null) throw new Error('the shadow has no database');
    return database;
  };
  const drop = async (): Promise<void> => {
    const dropped = database;
    database = null;
    await dropped?.drop();
  };
  const session = sessionOf(() => {
    isNew = false;
    return opened().session;
  });
  return Object.freeze({
    session,
    plugins,
    replayed,
    async empty() {
      if (isNew && database !== null) return;
      // Everything that made emptying fail is gone with the database.
      if (database === null || !(await database.clear().catch(() => false))) {
        await drop();
        database = await host.create();
      }
      replayed.clear();
      isNew = true;
    },
    catalog: async () => opened().catalog(),
    digest: async () => opened().digest(),
    async [Symbol.asyncDispose]() {
      try {
        await drop();
      } finally {
        await host.close();
      }
    },
  });
}

/** Returns a session that forwards to the current one. */
function sessionOf(current: () => Session): Session {
  return new Proxy(Object.create(null) as Session, { get: (_, key) => Reflect.get(current(), key) as unknown });
}
