import type { DatabaseTarget } from '../config/config.ts';
import { usualSchemas } from '../config/schemas.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import {
  assertNoTransaction,
  kindOfConnection,
  unfit,
  type HostClient,
  type HostConnection,
  type HostPool,
  type HostPoolClient,
} from './host-connection.ts';
import { ownTypes, sessionOn, streamOf, watch, type Connection } from './pg-client.ts';
import type { PgliteSession } from './pglite-session.ts';
import { openPostgres } from './postgres-session.ts';
import { openSession, type Session } from './session.ts';

/** What a session is used for. */
export interface Use {
  /** For messages: "upgrade". */
  readonly operation: string;
  /** Whether it changes the database, and thereby the state of the session. */
  readonly writes: boolean;
  /** Whether the caller states that nothing else uses the host's client. Default: false. */
  readonly exclusive?: boolean;
  /** Aborting it ends the wait for a session, with its reason. Default: never aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the sessions of a kernel come from: its own connections, or those of the host. */
export interface Connections {
  readonly target: DatabaseTarget;
  /**
   * Calls `work` with a session that nothing else of this kernel uses at the same time. Throws the errors of {@link
   * openSession}, and CONNECTION_UNFIT.
   */
  readonly use: <T>(use: Use, work: (session: Session) => Promise<T>) => Promise<T>;
  /** Returns the session of an embedded database, whose engine services share; `null` for a server. */
  readonly embedded: () => Promise<Session> | null;
  /** Closes what the kernel has opened, and nothing of the host. */
  readonly close: () => Promise<void>;
}

/**
 * Returns the kernel's own connections: one for each use on a server. An embedded database is opened on its first use and
 * stays open, because only one engine may use its files.
 */
export function ownConnections(target: DatabaseTarget): Connections {
  if (target.kind === 'postgres') {
    return {
      target,
      async use({ signal }, work) {
        const session = await untilAborted(openSession(target), signal, (late) => void late.close().catch(() => {}));
        return closeAfter(session, work);
      },
      embedded: () => null,
      close: async () => {},
    };
  }
  let opened: Promise<PgliteSession> | null = null;
  const open = async (): Promise<PgliteSession> => {
    const { openPglite } = await import('./pglite-session.ts');
    return openPglite(target);
  };
  const shared = (): Promise<PgliteSession> => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const inTurn = queue();
  return {
    target,
    use: ({ signal }, work) => inTurn(async () => work(await shared()), signal),
    embedded: shared,
    close: () => inTurn(async () => (await opened)?.close()),
  };
}

/** Returns the connections that the host provides. `target` describes them, and may name a direct URL. */
export function hostConnections(connection: HostConnection, target: DatabaseTarget): Connections {
  switch (kindOfConnection(connection)) {
    case 'pool':
      // Its kind says so.
      return poolConnections(connection as HostPool, target);
    case 'client':
      return clientConnections(connection as HostClient, target);
    default:
      return engineConnections(connection, target);
  }
}

/** The time in milliseconds to wait for a client of the host's pool. */
const clientTimeout = 10_000;

function poolConnections(pool: HostPool, target: DatabaseTarget): Connections {
  return {
    target,
    async use({ operation, writes, signal }, work) {
      // Revisions change the settings of their session, and a failure may leave a transaction open.
      let isUnchanged = false;
      const close = (connection: Connection): Promise<void> =>
        isUnchanged ? giveBack(connection) : destroy(connection);
      const session = await poolSession(pool, target, operation, close, signal);
      return closeAfter(session, async () => {
        const result = await work(session);
        // A cancel request that is still on its way would reach the next statement of the host.
        isUnchanged = !writes && signal?.aborted !== true;
        return result;
      });
    },
    embedded: () => null,
    close: async () => {},
  };
}

async function poolSession(
  pool: HostPool,
  target: DatabaseTarget,
  operation: string,
  close: (connection: Connection) => Promise<void>,
  signal?: AbortSignal,
): Promise<Session> {
  const take = async (until?: AbortSignal): Promise<Connection> =>
    watch(await clientOf(pool, target, operation, until));
  const direct = target.kind === 'postgres' ? target.directUrl : null;
  const sibling = async (): Promise<Session> => {
    if (target.kind === 'postgres' && direct !== null) return openPostgres(target, direct);
    if (sizeOf(pool) === 1) throw new Error('the pool given to open() has a single connection');
    return poolSession(pool, target, operation, destroy);
  };
  // The parsers are imported while the pool connects.
  const [connection, types] = await Promise.all([take(signal), ownTypes()]);
  return sessionOn(connection, {
    shown: target.shown,
    schemas: target.schemas ?? usualSchemas,
    applicationName: null,
    types,
    sibling,
    async reconnect(lost) {
      await destroy(lost);
      // A cancelled run, too, needs a connection to learn whether its last commit took place.
      return take();
    },
    close,
  });
}

async function giveBack(connection: Connection): Promise<void> {
  if (connection.failure !== null) return destroy(connection);
  connection.unwatch();
  // Only clients of a pool get here.
  (connection.client as HostPoolClient).release();
}

function sizeOf(pool: HostPool): number | null {
  const options: unknown = Reflect.get(pool, 'options');
  const max: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'max') : null;
  return typeof max === 'number' ? max : null;
}

/** Takes a client from the pool, but does not wait forever for one that others keep. */
async function clientOf(
  pool: HostPool,
  { shown }: DatabaseTarget,
  operation: string,
  signal?: AbortSignal,
): Promise<HostPoolClient> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    // A pool that still connects has nobody waiting.
    const isBusy = Reflect.get(pool, 'waitingCount') !== 0;
    const slow = new Error(`the pool did not connect a client within ${clientTimeout / 1000} s`);
    reject(isBusy ? unfit('poolBusy', operation) : slow);
  }, clientTimeout);
  const taken = pool.connect();
  try {
    return await untilAborted(Promise.race([taken, late]), signal);
  } catch (error) {
    taken.then((client) => client.release()).catch(() => {});
    if (signal?.aborted === true && error === signal.reason) throw error;
    const reason = shortMessage(error);
    if (/after calling end on the pool/.test(reason)) throw unfit('poolEnded', operation, error);
    // The pool has a shorter limit of its own for a call that waits for a client.
    if (reason === 'timeout exceeded when trying to connect') throw unfit('poolBusy', operation, error);
    if (isKernelError(error)) throw error;
    throw kernelError('DATABASE_UNREACHABLE', { database: shown, reason, connected: false }, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Lets the pool destroy a client, and waits until its connection has ended. */
async function destroy({ client, failure, unwatch }: Connection): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  client.on('end', () => resolve());
  // Only clients of a pool get here.
  (client as HostPoolClient).release(true);
  const timer = setTimeout(() => streamOf(client)?.destroy(), clientTimeout);
  // A lost connection may have ended before.
  if (failure === null) await ended;
  clearTimeout(timer);
  unwatch();
}

function clientConnections(client: HostClient, target: DatabaseTarget): Connections {
  const inTurn = queue();
  return {
    target,
    use: ({ operation, writes, exclusive = false, signal }, work) =>
      inTurn(async () => {
        if (writes && !exclusive) throw unfit('notExclusive', operation);
        if (Reflect.get(client, '_connected') === false) throw unfit('notConnected', operation);
        await assertNoTransaction(client, operation);
        const connection = watch(client);
        const session = sessionOn(connection, {
          shown: target.shown,
          schemas: target.schemas ?? usualSchemas,
          applicationName: null,
          types: await ownTypes(),
          async sibling() {
            if (target.kind === 'postgres' && target.directUrl !== null) return openPostgres(target, target.directUrl);
            throw new Error('a single client was given to open()');
          },
          reconnect: null,
          close: async ({ unwatch }) => unwatch(),
        });
        return closeAfter(session, work);
      }, signal),
    embedded: () => null,
    close: async () => {},
  };
}

function engineConnections(connection: HostConnection, target: DatabaseTarget): Connections {
  let opened: Promise<PgliteSession> | null = null;
  const open = async (): Promise<PgliteSession> => {
    const { pgliteSessionOn } = await import('./pglite-session.ts');
    return pgliteSessionOn(connection, target);
  };
  const shared = (): Promise<PgliteSession> => (opened ??= open());
  const inTurn = queue();
  return {
    target,
    use: ({ signal }, work) => inTurn(async () => work(await shared()), signal),
    embedded: shared,
    close: async () => {},
  };
}

async function closeAfter<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await work(session);
  } finally {
    await session.close().catch(() => {});
  }
}

/** Returns a function that runs one piece of work after another. Aborting `signal` ends the wait for its turn. */
function queue(): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work, signal) => {
    const turn = last;
    const done = untilAborted(turn, signal).then(work);
    last = turn.then(() => done).catch(() => {});
    return done;
  };
}

/**
 * Waits for a promise until `signal` is aborted; then throws its reason. `onLate` gets a value that arrives afterwards.
 */
async function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  onLate: (value: T) => void = () => {},
): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } catch (error) {
    promise.then(onLate, () => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
