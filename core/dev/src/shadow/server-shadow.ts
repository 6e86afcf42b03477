import { createHash, randomBytes } from 'node:crypto';
import { catalogReader } from '@headwater/kernel/internal/catalog';
import { databaseTarget } from '@headwater/kernel/internal/config';
import { openSession, serverErrorOf, withSession, type Session } from '@headwater/kernel/internal/database';
import { kernelError } from '@headwater/kernel/internal/errors';
import { devError } from '../error/dev-codes.ts';
import { dropAddedObjects } from './drop-added-objects.ts';
import { dropDatabase } from './drop-database.ts';
import { takeFingerprint } from './fingerprint.ts';
import { openDigest } from './schema-digest.ts';
import { createLedger, emptyLedger } from './shadow-ledger.ts';
import type { ShadowDatabase, ShadowHost } from './shadow-database.ts';

type Server = Extract<ReturnType<typeof databaseTarget>, { kind: 'postgres' }>;

/** The prefix of names. A database is recognized by its oid, never by its name alone. */
const prefix = 'headwater_shadow_';

/** The first key of the advisory locks of shadows, which nothing else uses. The second is the oid of the database. */
const lockClass = 1_752_658_792;

/**
 * Opens a connection that makes databases on a server, and drops those of dead processes. It holds an advisory lock on
 * each database, from before its creation until after its removal. So a database without that lock is abandoned. Throws
 * SHADOW_URL_INVALID, SHADOW_BEHIND_POOLER, DATABASE_PRIVILEGE, and the errors of a session.
 */
export async function openServerHost(url: string): Promise<ShadowHost> {
  const server = serverAt(url);
  const admin = await openSession(server);
  try {
    await assertDirect(admin);
    await assertMayCreate(admin);
    // The locks end with this connection, which may be idle for a long time.
    await admin.query('set idle_session_timeout = 0');
    await dropAbandoned(admin, server);
  } catch (error) {
    await admin.close().catch(() => {});
    throw error;
  }
  return {
    create: () => createOnServer(admin, server),
    async close() {
      // A process that was killed during `create database` leaves its database only some time later.
      await dropAbandoned(admin, server).catch(() => {});
      await admin.close();
    },
  };
}

function serverAt(url: string): Server {
  const target = databaseTarget(url, '--shadow', [{ file: '--shadow', json: { database: url } }]);
  if (target.kind === 'postgres') return target;
  throw devError('SHADOW_URL_INVALID', { shown: target.shown });
}

/**
 * Refuses a pooler: it may keep the lock of a dead process, and may release the lock of a live one. A pooler is
 * recognized by the process id that it invents for each client.
 */
async function assertDirect(admin: Session): Promise<void> {
  const [backend] = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  if (backend?.pid === admin.pid) return;
  throw devError('SHADOW_BEHIND_POOLER', { shown: admin.shown });
}

async function assertMayCreate(admin: Session): Promise<void> {
  const [answer] = await admin.query<{ may: boolean }>(
    'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user',
  );
  if (answer?.may === true) return;
  const missing = 'createdb on role (a shadow is a separate database)';
  throw kernelError('DATABASE_PRIVILEGE', { database: admin.shown, user: admin.user, missing, revision: null });
}

/**
 * Returns the oid that marks the database `name` as made here. The mark exists as soon as the database does, and no
 * revision can remove it. Others get the numbers that the server counts up, so theirs match with a probability of one
 * in a billion, if their name has our prefix at all.
 */
function markOf(name: string): number {
  return (createHash('sha256').update(name).digest().readUInt32BE() % 2 ** 30) + 2 ** 30;
}

async function createOnServer(admin: Session, server: Server): Promise<ShadowDatabase> {
  const name = `${prefix}${randomBytes(8).toString('hex')}`;
  const oid = markOf(name);
  await admin.query('select pg_advisory_lock($1::int, $2::int)', [lockClass, oid]);
  await admin.query(`create database ${name} oid ${oid} template template0`);
  let session: Session | null = null;
  const drop = async (): Promise<void> => {
    await session?.close().catch(() => {});
    if (admin.lost) await admin.reconnect?.();
    await dropShadow(admin, server, name);
    await admin.query('select pg_advisory_unlock($1::int, $2::int)', [lockClass, oid]);
  };
  try {
    session = await openSession(databaseOn(server, name));
    return await databaseIn(session, drop);
  } catch (error) {
    await drop();
    throw error;
  }
}

function databaseOn(server: Server, name: string): Server {
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  // A shadow need not survive a crash of the server.
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} -c synchronous_commit=off`.trim());
  return { ...server, url: url.href, directUrl: null, shown: `${server.shown} (${name})` };
}

async function databaseIn(session: Session, drop: () => Promise<void>): Promise<ShadowDatabase> {
  await createLedger(session);
  // Creating it loads the library of PL/pgSQL, with its settings.
  await session.reconnect?.();
  const isNew = await takeFingerprint(session);
  const digest = await openDigest(session);
  return {
    session,
    catalog: catalogReader(session),
    digest,
    async clear() {
      // No state of a session outlives it.
      await session.reconnect?.();
      await dropAddedObjects(session);
      await emptyLedger(session);
      return isNew();
    },
    drop,
  };
}

/** Drops the databases whose process has died. Those without our mark belong to others, whatever their name. */
async function dropAbandoned(admin: Session, server: Server): Promise<void> {
  const found = await admin.query<{ name: string; oid: string }>(
    `select datname as name, oid::text from pg_database d where starts_with(datname, $1)
      and not exists (select from pg_locks l where l.locktype = 'advisory' and l.classid = $2 and l.objid = d.oid)`,
    [prefix, lockClass],
  );
  for (const { name, oid } of found) {
    if (Number(oid) !== markOf(name)) continue;
    // Another process may drop it at the same time, or another user may own it.
    await dropShadow(admin, server, name).catch(() => {});
  }
}

async function dropShadow(admin: Session, server: Server, name: string): Promise<void> {
  try {
    await dropDatabase(admin, name);
  } catch (error) {
    if (!/^(?:55006|42809)$/.test(serverErrorOf(error)?.code ?? '')) throw error;
    // It is a template, or has subscriptions.
    await admin.query(`alter database ${name} with is_template false`);
    await withSession(databaseOn(server, name), dropSubscriptions);
    await dropDatabase(admin, name);
  }
}

async function dropSubscriptions({ query, script }: Session): Promise<void> {
  const found = await query<{ name: string }>(
    `select quote_ident(subname) as name from pg_subscription s
      join pg_database d on d.oid = s.subdbid and d.datname = current_database()`,
  );
  for (const { name } of found) {
    // Without a slot, PostgreSQL does not connect to the publisher.
    await script(`alter subscription ${name} disable; alter subscription ${name} set (slot_name = none);`);
    await script(`drop subscription ${name};`);
  }
}
