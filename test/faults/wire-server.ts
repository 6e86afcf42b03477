import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { openPgbouncer } from '../helper/pgbouncer.ts';
import { startPostgres15 } from '../helper/postgres-15.ts';
import type { WireSite } from './wire-sites.ts';

/** A PostgreSQL server with databases for trials, and the pooler in front of it, if any. */
export interface WireServer extends AsyncDisposable {
  /** The port to which clients connect: that of the pooler, if there is one. */
  readonly port: number;
  /** Creates a database: empty, or a copy of another one. Returns its name and its URL without the pooler. */
  readonly create: (template?: string) => Promise<{ readonly name: string; readonly url: string }>;
  readonly drop: (name: string) => Promise<void>;
  /** Runs SQL in the database `postgres`, on connections that stay open. */
  readonly query: <Row>(text: string) => Promise<readonly Row[]>;
}

/** A session that holds a lock or an open transaction. */
interface Leftover {
  readonly state: string;
  readonly wait_event: string | null;
}

/**
 * Waits until no lock and no open transaction is left in a database: 5 s, and as long again on a busy machine. With a longer
 * `limit` of the operations (see `shortLimit`), as many times as long.
 */
export async function assertNothingLeft(server: WireServer, name: string, title: string, limit: number): Promise<void> {
  for (const began = performance.now(); ;) {
    const found = await leftIn(server, name);
    if (found.length === 0) return;
    if (performance.now() - began > 10_000 * limit)
      throw new Error(`${title}: left on the server: ${JSON.stringify(found)}`);
    await sleep(100);
  }
}

/** Whether the server still waits for the rest of a command whose client has gone silent, which no timeout of it ends. */
export async function awaitsRestOfCommand(server: WireServer, name: string): Promise<boolean> {
  const found = await leftIn(server, name);
  return found.some(({ state, wait_event: event }) => state === 'active' && event === 'ClientRead');
}

async function leftIn(server: WireServer, name: string): Promise<readonly Leftover[]> {
  return server.query<Leftover>(`select pid, state, wait_event, query, backend_xmin is not null as has_snapshot,
      array(select mode || ' ' || locktype from pg_locks l where l.pid = a.pid and locktype = 'advisory') as locks
    from pg_stat_activity a where datname = '${name}' and (state like 'idle in transaction%'
      or exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory'))`);
}

/** Returns a URL that leads through a proxy or a pooler at another port. */
export function through(url: string, port: number): string {
  return url.replace(/:\d+\//, `:${port}/`);
}

/** Starts the server and the pooler of a site. */
export async function openWireServer({ version, pooler }: WireSite): Promise<WireServer> {
  const own = version === 15 ? await startPostgres15() : null;
  const serverPort = own === null ? inject('postgresPort') : Number(new URL(own.url).port);
  const urlOf = (name: string): string => `postgres://postgres:postgres@127.0.0.1:${serverPort}/${name}`;
  const bouncer = pooler === null ? null : await openPgbouncer(serverPort, pooler.mode, pooler.size);
  const admin = new pg.Pool({ connectionString: urlOf('postgres'), max: 4 });
  // `drop database … with (force)` of a test that fails may end it.
  admin.on('error', () => {});
  return {
    port: bouncer?.port ?? serverPort,
    async create(template = 'template1') {
      const name = `wire_${randomBytes(6).toString('hex')}`;
      await admin.query(`create database ${name} template ${template} strategy file_copy`);
      return { name, url: urlOf(name) };
    },
    drop: async (name) => void (await admin.query(`drop database ${name} with (force)`)),
    query: async <Row>(text: string) => (await admin.query<Row & pg.QueryResultRow>(text)).rows,
    async [Symbol.asyncDispose]() {
      await admin.end();
      bouncer?.[Symbol.dispose]();
      await own?.[Symbol.asyncDispose]();
    },
  };
}
