import { devError } from '../error/dev-codes.ts';
import { randomBytes } from 'node:crypto';
import { catalogReader, databaseTarget, kernelError, openSession, optimizingNothing, type Catalog, type Session } from '@headwater/kernel/internal';
import { emptyDatabase } from './empty-database.ts';

/** A database of nobody's, on which revisions are tried: it has no ledger, and goes when it is closed. */
export interface Shadow extends AsyncDisposable {
  readonly session: Session;
  /** Makes it as empty as a new database. */
  readonly empty: () => Promise<void>;
  readonly catalog: () => Promise<Catalog>;
}

/**
 * Opens a shadow: PostgreSQL in this process, or, with `url`, a database of its own on that server, for plugins that need
 * extensions which PGlite lacks or want to see the oldest server that they support. The database that `url` names is
 * connected to, so that one can be made beside it, and otherwise left alone. Throws SHADOW_URL_INVALID, what a session
 * throws, and DATABASE_PRIVILEGE where the user may create no database.
 */
export async function openShadow(url: string | null = null): Promise<Shadow> {
  if (url === null) {
    const { openPglite } = await import('@headwater/kernel/internal');
    const target = { kind: 'pglite', directory: null, shown: 'the shadow' } as const;
    // A shadow is there for one command.
    return shadowOn(await openPglite(target, optimizingNothing));
  }
  const server = serverAt(url);
  const admin = await openSession(server);
  try {
    await dropForgotten(admin);
    const made = Math.floor(Date.now() / 1000).toString(36);
    const name = `${prefix}${made}_${randomBytes(6).toString('hex')}`;
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
      return shadowOn(await openSession({ ...server, url: target.href, directUrl: null, shown }), drop);
    } catch (error) {
      await drop();
      throw error;
    }
  } catch (error) {
    await admin.close().catch(() => {});
    throw error;
  }
}

/** Followed by when it was made, in seconds, in base 36. */
const prefix = 'headwater_shadow_';

/** Seconds after which a shadow that nobody is connected to was left behind by a process that died. */
const forgottenAfter = 3600;

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
    const missing = 'createdb on role (a shadow is a database of its own)';
    throw kernelError('DATABASE_PRIVILEGE', { database: admin.shown, user: admin.user, missing, revision: null });
  }
  await admin.query(`create database ${name} template template0`);
}

async function dropForgotten(admin: Session): Promise<void> {
  const found = await admin.query<{ datname: string }>(
    `select datname from pg_database d where starts_with(datname, $1)
      and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
    [prefix],
  );
  const before = Date.now() / 1000 - forgottenAfter;
  for (const { datname } of found) {
    if (Number.parseInt(datname.slice(prefix.length), 36) >= before) continue;
    // Another process may be dropping it too.
    await admin.query(`drop database if exists ${datname}`).catch(() => {});
  }
}

function shadowOn(session: Session, drop: () => Promise<void> = async () => {}): Shadow {
  let isNew = true;
  return Object.freeze({
    get session() {
      isNew = false;
      return session;
    },
    async empty() {
      if (!isNew) await emptyDatabase(session);
    },
    catalog: catalogReader(session),
    async [Symbol.asyncDispose]() {
      await session.close().catch(() => {});
      await drop();
    },
  });
}
