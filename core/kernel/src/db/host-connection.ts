import type { DatabaseTarget } from '../config/config.ts';
import { kernelError, type Details } from '../error/kernel-codes.ts';
import { serverErrorOf } from './server-error.ts';
import { serverSqlState } from './sql-state.ts';
import type { PgClient } from './pg-client.ts';

/**
 * A connection of the host: a `Pool` or a connected `Client` of `pg`, or a PGlite instance. The kernel takes a client of
 * its own from a pool. It gives it back after reading, and destroys it after everything else, because revisions change the
 * settings of their session. It never ends what it was given.
 *
 * @example
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * const kernel = await open({ connection: pool, plugins });
 */
export type HostConnection = HostPool | HostClient | HostPglite;

/** A `Pool` of `pg`. */
export interface HostPool {
  connect(): Promise<HostPoolClient>;
  /** The number of its open clients. Only pools have it. */
  readonly totalCount: number;
}

/** A client that a pool has given out. */
export interface HostPoolClient extends HostClient {
  /** Gives the client back; with `true`, the pool destroys it. */
  release(destroy?: boolean): void;
}

/**
 * A connected `Client` of `pg`. It is accepted for reading. Anything that writes needs `{ exclusive: true }`, because it
 * resets the session.
 */
export type HostClient = PgClient;

/** A PGlite instance. */
export interface HostPglite {
  exec(text: string): Promise<unknown>;
  readonly waitReady: Promise<void>;
}

/** Returns the kind of a connection. Throws CONNECTION_UNFIT for anything else. */
export function kindOfConnection(connection: HostConnection): 'pool' | 'client' | 'pglite' {
  const has = (name: string): boolean => isObject(connection) && name in connection;
  if (has('totalCount') && has('connect')) return 'pool';
  if (has('waitReady') && has('exec')) return 'pglite';
  if (has('query') && has('on') && has('connect')) return 'client';
  throw unfit('unknown', 'anything');
}

/** Returns the error for a connection that cannot be used for `operation`. */
export function unfit(
  problem: Details<'CONNECTION_UNFIT'>['problem'],
  operation: string,
  cause?: unknown,
): ReturnType<typeof kernelError<'CONNECTION_UNFIT'>> {
  return kernelError('CONNECTION_UNFIT', { problem, operation }, { cause });
}

/** Returns the target that a connection leads to, for messages and for MikroORM's own pool. */
export function targetOfConnection(connection: HostConnection): DatabaseTarget {
  const kind = kindOfConnection(connection);
  if (kind === 'pglite') return Object.freeze({ kind, directory: null, shown: 'pglite:// (an instance of the host)' });
  if (kind === 'client') return targetOf(connection);
  const options: unknown = Reflect.get(connection, 'options');
  if (!isObject(options)) return Object.freeze({ ...targetOf({}), poolOptions: null });
  const poolOptions = withAddress(options, Reflect.get(connection, 'Client'));
  return Object.freeze({ ...targetOf(poolOptions), poolOptions });
}

function targetOf(options: object): Extract<DatabaseTarget, { kind: 'postgres' }> {
  const url = urlOf(options);
  return { kind: 'postgres', url: url.href, directUrl: null, shown: url.href.replace(/\?.*$/, '') };
}

/**
 * Returns the options of a pool with the host, port, user and database to which its clients connect: they come from
 * variables like PGHOST where the options lack them. The password stays hidden from enumeration.
 */
function withAddress(options: object, PoolClient: unknown): object {
  if (typeof PoolClient !== 'function' || hasAddress(options)) return options;
  try {
    // A client that is never connected has neither a socket nor a timer.
    const client: unknown = Reflect.construct(PoolClient, [options]);
    const address = ['host', 'port', 'user', 'database'].flatMap((name) => {
      const value: unknown = Reflect.get(Object(client) as object, name);
      return value === undefined || value === null ? [] : [[name, value] as const];
    });
    const password = Reflect.getOwnPropertyDescriptor(options, 'password');
    const known = { ...options, ...Object.fromEntries(address) };
    return password === undefined
      ? known
      : Object.defineProperty(known, 'password', { ...password, enumerable: false });
  } catch {
    // The first connection reports the mistake in the options.
    return options;
  }
}

/** Whether a URL in the options names everything, as it usually does. Creating a client takes milliseconds. */
function hasAddress(options: object): boolean {
  const given: unknown = Reflect.get(options, 'connectionString');
  if (typeof given !== 'string' || !URL.canParse(given)) return false;
  const { hostname, port, username, pathname, search } = new URL(given);
  // Parameters may name another host or another user.
  return search === '' && [hostname, port, username, pathname.slice(1)].every((part) => part !== '');
}

/** Hosts that are not written in TypeScript may pass anything. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Returns the URL that the options of a pool or the fields of a client describe, without a password. */
function urlOf(options: object): URL {
  const text = (name: string): string => {
    const value: unknown = Reflect.get(options, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const given = text('connectionString');
  const url = new URL(URL.canParse(given) ? given : 'postgres://localhost');
  url.password = '';
  url.search = '';
  const host = text('host');
  // The path of a Unix socket cannot be the host of a URL.
  if (host !== '' && !host.startsWith('/')) url.hostname = host;
  if (text('port') !== '') url.port = text('port');
  if (text('user') !== '') url.username = text('user');
  if (text('database') !== '') url.pathname = `/${encodeURIComponent(text('database'))}`;
  return url;
}

/**
 * Checks that no transaction is open on a client: only in a transaction does the server accept a savepoint. Throws
 * CONNECTION_UNFIT.
 */
export async function assertNoTransaction(client: PgClient, operation: string): Promise<void> {
  try {
    await client.query({ text: 'savepoint headwater' });
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === serverSqlState.noActiveTransaction) return;
    // The transaction has failed already and accepts nothing.
    if (code === serverSqlState.failedTransaction) throw unfit('inTransaction', operation, error);
    // The driver refuses queries on a client that has ended or broken.
    throw code === undefined ? unfit('notConnected', operation, error) : error;
  }
  await client.query({ text: 'release savepoint headwater' });
  throw unfit('inTransaction', operation);
}
