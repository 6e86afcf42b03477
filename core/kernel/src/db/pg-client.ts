import { Duplex } from 'node:stream';
import type { Schemas } from '../config/schemas.ts';
import { serverErrorOf } from './server-error.ts';
import type { Notice, Session } from './session.ts';

/** The part of a client of `pg` that a session uses. Every release of version 8 has it. */
export interface PgClient {
  query(config: {
    readonly text: string;
    readonly values?: unknown[];
    readonly queryMode?: 'extended';
    readonly types?: PgTypes;
  }): Promise<{ readonly rows: readonly unknown[] }>;
  on(event: string, listener: (value: Error) => void): unknown;
  off(event: string, listener: (value: Error) => void): unknown;
  end(): Promise<void>;
}

/** The parsers of values, as `pg` takes them for a single query. */
export interface PgTypes {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: never) => unknown;
}

/** A client, and whether it can still be used. */
export interface Connection {
  readonly client: PgClient;
  /** The first error that broke it, which the server may have explained; `null` while it is open. */
  failure: Error | null;
  /** Removes the listeners of {@link watch}. */
  readonly unwatch: () => void;
}

/** Watches a client for errors that break it. */
export function watch(client: PgClient): Connection {
  const onError = (error: Error): Error => (connection.failure ??= error);
  const onEnd = (): Error => (connection.failure ??= new Error('the connection ended'));
  const connection: Connection = {
    client,
    failure: null,
    unwatch() {
      client.off('error', onError);
      client.off('end', onEnd);
    },
  };
  client.on('error', onError);
  client.on('end', onEnd);
  return connection;
}

/** Where the connections of a session come from and go to. */
export interface SessionSource {
  readonly shown: string;
  readonly schemas: Schemas;
  readonly applicationName: Session['applicationName'];
  readonly types: PgTypes;
  readonly sibling: Session['sibling'];
  /** Replaces a lost connection. `null` if there is no other. */
  readonly reconnect: ((lost: Connection) => Promise<Connection>) | null;
  readonly close: (connection: Connection) => Promise<void>;
}

/** Returns the session on an open connection. */
export function sessionOn(opened: Connection, source: SessionSource): Session {
  const { shown, schemas, applicationName, types, sibling, reconnect, close } = source;
  let current = opened;
  const user = Reflect.get(opened.client, 'user') as unknown;
  return {
    kind: 'postgres',
    shown,
    schemas,
    applicationName,
    user: typeof user === 'string' ? user : '',
    get pid() {
      return numberIn(current.client, 'processID');
    },
    get lost() {
      return current.failure !== null;
    },
    async script(text, onNotice) {
      const { client } = current;
      const listen = (notice: { code?: string | undefined; message?: string | undefined }): void =>
        onNotice?.(noticeOf(notice));
      client.on('notice', listen);
      try {
        await client.query({ text, types });
      } catch (error) {
        if (current.failure === null) await client.query({ text: 'rollback' }).catch(() => {});
        throw explained(current, error);
      } finally {
        client.off('notice', listen);
      }
    },
    async query<Row>(text: string, values: readonly unknown[] = []) {
      try {
        // The extended protocol accepts only one statement, which is this method's contract.
        const { rows } = await current.client.query({ text, values: [...values], queryMode: 'extended', types });
        // The caller knows the columns of its query.
        return rows as readonly Row[];
      } catch (error) {
        throw explained(current, error);
      }
    },
    sibling,
    cancel: () => cancelIn(current),
    abandon: (reason) => streamOf(current.client)?.destroy(reason),
    reconnect:
      reconnect &&
      (async () => {
        current = await reconnect(current);
      }),
    close: () => close(current),
  };
}

/** The time in milliseconds that the server may take to receive a cancel request. */
const cancelTimeout = 5000;

async function cancelIn({ client, failure }: Connection): Promise<void> {
  if (failure !== null) return;
  // The types of `pg` lack the last three fields, but every release has them.
  const host = Reflect.get(client, 'host') as unknown;
  const port = numberIn(client, 'port');
  const pid = numberIn(client, 'processID');
  const key = numberIn(client, 'secretKey');
  const tls = Reflect.get(client, 'ssl') as unknown;
  try {
    if (typeof host !== 'string' || port === null || pid === null || key === null)
      throw new Error('its key is unknown');
    const { sendCancelRequest } = await import('./cancel-request.ts');
    await sendCancelRequest(
      { host, port, pid, key, tls: typeof tls === 'object' ? (tls ?? false) : tls === true },
      cancelTimeout,
    );
  } catch (cause) {
    streamOf(client)?.destroy(new Error('the server did not take a cancel request', { cause }));
  }
}

/** Returns the socket of a client. The types of `pg` lack this field. */
export function streamOf(client: PgClient): Duplex | null {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown =
    typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'stream') : null;
  return stream instanceof Duplex ? stream : null;
}

/** Returns the error that broke the connection instead of one that only says that it is broken. */
function explained({ failure }: Connection, error: unknown): unknown {
  return serverErrorOf(error) === null ? (failure ?? error) : error;
}

function numberIn(client: PgClient, field: string): number | null {
  const value: unknown = Reflect.get(client, field);
  return typeof value === 'number' ? value : null;
}

function noticeOf(notice: { code?: string | undefined; message?: string | undefined }): Notice {
  return { code: notice.code ?? '00000', message: notice.message ?? '' };
}

/** Returns the driver's own parsers of values, see {@link PgTypes}. */
export async function ownTypes(): Promise<PgTypes> {
  const { parsers } = await import('./parsers.ts');
  return parsers;
}
