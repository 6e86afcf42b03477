import { randomBytes } from 'node:crypto';
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
  readonly query: (text: string) => Promise<readonly unknown[]>;
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
    query: async (text) => (await admin.query<Record<string, unknown>>(text)).rows,
    async [Symbol.asyncDispose]() {
      await admin.end();
      bouncer?.[Symbol.dispose]();
      await own?.[Symbol.asyncDispose]();
    },
  };
}
