import { hostname } from 'node:os';
import { Duplex } from 'node:stream';
import type { Client } from 'pg';
import type { DatabaseTarget } from '../config/config.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import type { Notice, Session } from './session.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** The time in milliseconds after which a server that has not accepted the connection is reported as unreachable. */
const connectTimeout = 10_000;

/**
 * Opens a connection with the `pg` driver. Throws DATABASE_UNREACHABLE, and DATABASE_UNSUPPORTED for a pooler that
 * rejects the startup parameters.
 */
export async function openPostgres(target: PostgresTarget, url: string = target.url): Promise<Session> {
  let current = await connect(target, url);
  return {
    kind: 'postgres',
    shown: target.shown,
    user: current.client.user ?? '',
    get pid() {
      return pidOf(current.client);
    },
    get lost() {
      return current.lost;
    },
    async script(text, onNotice) {
      const { client } = current;
      const listen = (notice: { code?: string | undefined; message?: string | undefined }): void =>
        onNotice?.(noticeOf(notice));
      client.on('notice', listen);
      try {
        await client.query(text);
      } catch (error) {
        if (!current.lost) await client.query('rollback').catch(() => {});
        throw error;
      } finally {
        client.off('notice', listen);
      }
    },
    async query<Row>(text: string, values: readonly unknown[] = []) {
      // The extended protocol accepts only one statement, which is this method's contract.
      const config = { text, values: [...values], queryMode: 'extended' as const };
      const result = await current.client.query<Row & Record<string, unknown>>(config);
      return result.rows;
    },
    sibling: () => openPostgres(target, target.directUrl ?? target.url),
    abandon: (reason) => streamOf(current.client)?.destroy(reason),
    async reconnect() {
      // The old connection may still be open and hold the migration lock.
      void end(current.client);
      current = await connect(target, url);
    },
    close: () => end(current.client),
  };
}

/** Closes a connection. If the server does not answer, breaks it. */
async function end(client: Client): Promise<void> {
  const timer = setTimeout(() => streamOf(client)?.destroy(), connectTimeout);
  try {
    await client.end();
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the socket of a connection. The types of `pg` lack this field. */
function streamOf(client: Client): Duplex | null {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown =
    typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'stream') : null;
  return stream instanceof Duplex ? stream : null;
}

interface Connection {
  readonly client: Client;
  lost: boolean;
}

async function connect(target: PostgresTarget, url: string): Promise<Connection> {
  // Loading the package's main module takes twice as long, as it also loads a pool and searches for a native driver.
  const { default: PgClient } = await import('pg/lib/client.js');
  const client = new PgClient({
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeout,
    // In pg_stat_activity the name tells operators which process holds the lock. PostgreSQL truncates it to 63 bytes.
    application_name: `headwater ${process.pid}@${hostname()}`.slice(0, 63),
  });
  const connection: Connection = { client, lost: false };
  client.on('error', () => (connection.lost = true));
  client.on('end', () => (connection.lost = true));
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => {});
    throw explainConnectError(error, target);
  }
  return connection;
}

function pidOf(client: Client): number | null {
  // The types of `pg` lack this field, but every release sets it from BackendKeyData.
  const pid: unknown = Reflect.get(client, 'processID');
  return typeof pid === 'number' ? pid : null;
}

function noticeOf(notice: { code?: string | undefined; message?: string | undefined }): Notice {
  return { code: notice.code ?? '00000', message: notice.message ?? '' };
}

function explainConnectError(error: unknown, target: PostgresTarget): KernelError {
  const reason = shortMessage(error);
  if (/unsupported startup parameter/i.test(reason)) {
    const found = `a pooler that reports "${reason}"`;
    const expected = 'PostgreSQL, or PgBouncer in session or transaction mode';
    return kernelError('DATABASE_UNSUPPORTED', { database: target.shown, found, expected }, { cause: error });
  }
  return kernelError('DATABASE_UNREACHABLE', { database: target.shown, reason }, { cause: error });
}
