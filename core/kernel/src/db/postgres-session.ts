import { hostname } from 'node:os';
import type { Client } from 'pg';
import type { DatabaseTarget } from '../config/config.ts';
import { usualSchemas } from '../config/schemas.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import { serverErrorOf } from './server-error.ts';
import { serverSqlState } from './sql-state.ts';
import { ownTypes, sessionOn, streamOf, watch, type Connection } from './pg-client.ts';
import type { Session } from './session.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** The time in milliseconds after which a server that has not accepted the connection is reported as unreachable. */
const connectTimeout = 10_000;

/**
 * The time in milliseconds without traffic after which the operating system checks whether the server's machine still
 * answers. Otherwise a statement without a time limit would wait for hours for a machine that has gone.
 */
const keepAliveDelay = 30_000;

/**
 * Opens a connection with the `pg` driver. Throws DATABASE_UNREACHABLE, DATABASE_CERTIFICATE_INVALID, DATABASE_PRIVILEGE,
 * and DATABASE_UNSUPPORTED for a pooler that rejects the startup parameters.
 */
export async function openPostgres(
  target: PostgresTarget,
  url: string = target.url,
  applicationName: string = newName(),
): Promise<Session> {
  return sessionOn(await connect(target, url, applicationName), {
    shown: target.shown,
    schemas: target.schemas ?? usualSchemas,
    applicationName,
    types: await ownTypes(),
    sibling: () => openPostgres(target, target.directUrl ?? target.url, applicationName),
    async reconnect(lost) {
      // The old connection may still be open and hold the migration lock.
      void end(lost);
      return connect(target, url, applicationName);
    },
    close: end,
  });
}

/**
 * Returns a name that no other session has. Containers may share process ids and host names, so a part of it is random. In
 * pg_stat_activity it tells operators which process holds the lock. PostgreSQL truncates it to 63 bytes.
 */
function newName(): string {
  const part = Math.random().toString(36).slice(2, 8);
  return `headwater ${process.pid}.${part}@${hostname()}`.slice(0, 63);
}

/** Closes a connection. If the server does not answer, breaks it. */
async function end({ client }: Connection): Promise<void> {
  const timer = setTimeout(() => streamOf(client)?.destroy(), connectTimeout);
  try {
    await client.end();
  } finally {
    clearTimeout(timer);
  }
}

async function connect(target: PostgresTarget, url: string, applicationName: string): Promise<Connection> {
  const client = await createClient(target, url, applicationName);
  const connection = watch(client);
  try {
    await client.connect();
  } catch (error) {
    // The driver's timeout still destroys the socket, and nothing of the driver listens to the error any longer.
    streamOf(client)?.on('error', () => {});
    client.end().catch(() => {});
    throw explainConnectError(error, target, url, client.user ?? '');
  }
  return connection;
}

async function createClient(target: PostgresTarget, url: string, applicationName: string): Promise<Client> {
  // Loading the package's main module takes twice as long, as it also loads a pool and searches for a native driver.
  const { PgClient } = await import('./driver.ts');
  try {
    return new PgClient({
      connectionString: url,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveDelay,
      connectionTimeoutMillis: connectTimeout,
      application_name: applicationName,
    });
  } catch (error) {
    // The URL has been checked, except for the files that it names, which the driver reads.
    throw certificateError(error, target, url);
  }
}

function certificateError(cause: unknown, target: PostgresTarget, url: string): KernelError {
  const parameters = [...new URL(url).searchParams].filter(([name]) => /^ssl(?:mode|cert|key|rootcert)$/.test(name));
  const shown = parameters.map((pair) => pair.join('=')).join(', ');
  const details = { database: target.shown, parameters: shown, reason: shortMessage(cause) };
  return kernelError('DATABASE_CERTIFICATE_INVALID', details, { cause });
}

function explainConnectError(error: unknown, target: PostgresTarget, url: string, user: string): KernelError {
  const reason = shortMessage(error);
  // The direct URL may lead to another server. Only its host and path are free of secrets.
  const direct = new URL(url);
  const database = url === target.url ? target.shown : `${direct.host}${direct.pathname}`;
  if (/unsupported startup parameter/i.test(reason)) {
    const found = `a pooler that reports "${reason}"`;
    const expected = 'PostgreSQL, or PgBouncer in session or transaction mode';
    return kernelError('DATABASE_UNSUPPORTED', { database, found, expected }, { cause: error });
  }
  if (serverErrorOf(error)?.code === serverSqlState.insufficientPrivilege) {
    return kernelError('DATABASE_PRIVILEGE', { database, user, missing: reason, revision: null }, { cause: error });
  }
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code === 'string' && code.startsWith('ERR_OSSL')) return certificateError(error, target, url);
  return kernelError('DATABASE_UNREACHABLE', { database, reason, connected: false }, { cause: error });
}
