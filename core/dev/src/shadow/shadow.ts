import { randomBytes } from 'node:crypto';
import { catalogReader, type Catalog } from '@headwater/kernel/internal/catalog';
import { databaseTarget } from '@headwater/kernel/internal/config';
import { openPglite, openSession, type Session } from '@headwater/kernel/internal/database';
import { kernelError } from '@headwater/kernel/internal/errors';
import type { Plugin, Revision } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import { resetDatabase } from './reset-database.ts';

/** A scratch database for running revisions. It has a ledger of its own, and is dropped when it is closed. */
export interface Shadow extends AsyncDisposable {
  readonly session: Session;
  /** The plugins whose revisions run in it. */
  readonly plugins: readonly Plugin[];
  /** The revisions that have run in it, by id. */
  readonly replayed: Map<string, Revision>;
  /** Resets it to the state of a new database. */
  readonly empty: () => Promise<void>;
  readonly catalog: () => Promise<Catalog>;
}

/**
 * Opens a shadow: PGlite in this process or, with `url`, a new database on that server. A plugin needs a server if it
 * uses extensions that PGlite lacks, or to test the oldest version that it supports. The database in `url` is only used
 * to create the new one. Throws SHADOW_URL_INVALID, the errors of a session, and DATABASE_PRIVILEGE if the user cannot
 * create databases.
 */
export async function openShadow(url: string | null = null, plugins: readonly Plugin[] = []): Promise<Shadow> {
  if (url === null) {
    const target = { kind: 'pglite', directory: null, shown: 'the shadow' } as const;
    return shadowOn(await openPglite(target, { shortLived: true }), plugins);
  }
  const server = serverAt(url);
  const admin = await openSession(server);
  try {
    await dropAbandoned(admin);
    const createdAt = Math.floor(Date.now() / 1000).toString(36);
    const name = `${prefix}${createdAt}_${randomBytes(6).toString('hex')}`;
    await createDatabase(admin, name);
    const drop = async (): Promise<void> => {
      try {
        await admin.query(`drop database if exists ${name} with (force)`);
      } finally {
        await admin.close();
      }
    };
    const target = new URL(server.url);
    target.pathname = `/${name}`;
    try {
      const shown = `${server.shown} (${name})`;
      return shadowOn(await openSession({ ...server, url: target.href, directUrl: null, shown }), plugins, drop);
    } catch (error) {
      await drop();
      throw error;
    }
  } catch (error) {
    await admin.close().catch(() => {});
    throw error;
  }
}

/** The prefix of shadow names. The creation time follows, in seconds, in base 36. */
const prefix = 'headwater_shadow_';

/** Seconds after which a shadow without connections is considered abandoned by a dead process. */
const abandonedAfter = 3600;

function serverAt(url: string): Extract<ReturnType<typeof databaseTarget>, { kind: 'postgres' }> {
  const target = databaseTarget(url, '--shadow', [{ file: '--shadow', json: { database: url } }]);
  if (target.kind === 'postgres') return target;
  throw devError('SHADOW_URL_INVALID', { shown: target.shown });
}

async function createDatabase(admin: Session, name: string): Promise<void> {
  const [answer] = await admin.query<{ may: boolean }>(
    'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user',
  );
  if (answer?.may !== true) {
    const missing = 'createdb on role (a shadow is a separate database)';
    throw kernelError('DATABASE_PRIVILEGE', { database: admin.shown, user: admin.user, missing, revision: null });
  }
  await admin.query(`create database ${name} template template0`);
}

async function dropAbandoned(admin: Session): Promise<void> {
  const found = await admin.query<{ datname: string }>(
    `select datname from pg_database d where starts_with(datname, $1)
      and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
    [prefix],
  );
  const before = Date.now() / 1000 - abandonedAfter;
  for (const { datname } of found) {
    if (Number.parseInt(datname.slice(prefix.length), 36) >= before) continue;
    // Another process may drop it at the same time.
    await admin.query(`drop database if exists ${datname}`).catch(() => {});
  }
}

function shadowOn(session: Session, plugins: readonly Plugin[], drop: () => Promise<void> = async () => {}): Shadow {
  let isNew = true;
  const replayed = new Map<string, Revision>();
  return Object.freeze({
    get session() {
      isNew = false;
      return session;
    },
    plugins,
    replayed,
    async empty() {
      if (!isNew) await resetDatabase(session);
      replayed.clear();
    },
    catalog: catalogReader(session),
    async [Symbol.asyncDispose]() {
      await session.close().catch(() => {});
      await drop();
    },
  });
}
