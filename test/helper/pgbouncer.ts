import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';

/** Whether PgBouncer is installed. */
export const hasPgbouncer: boolean = isInstalled();

/** The suffix for the name of a test that needs PgBouncer: the reason for skipping it, if it is not installed. */
export const pgbouncerSkipReason: string = hasPgbouncer ? '' : ' (skipped: PgBouncer is not installed)';

function isInstalled(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A running PgBouncer. */
export interface Pgbouncer extends Disposable {
  readonly port: number;
}

/**
 * Starts PgBouncer in front of all databases of the server at `serverPort`, until it is disposed of. `mode` is its
 * `pool_mode`, and `poolSize` the number of server connections for each database.
 */
export async function openPgbouncer(serverPort: number, mode: string, poolSize: number): Promise<Pgbouncer> {
  const port = await freePort();
  const folder = mkdtempSync(join(inject('memory'), 'pooler-'));
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `* = host=127.0.0.1 port=${serverPort} user=postgres password=postgres`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    `default_pool_size = ${poolSize}`,
  ];
  writeFileSync(file, lines.join('\n'));
  chmodSync(folder, 0o755);
  // PgBouncer refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const pooler = spawn('pgbouncer', ['-q', ...user, file], { stdio: 'ignore' });
  await expect.poll(() => accepts(port), { timeout: 10_000 }).toBe(true);
  return { port, [Symbol.dispose]: () => void pooler.kill() };
}

/**
 * Starts PgBouncer in front of the server of the test run until the end of the test. Returns the URL of the database at
 * `url` through PgBouncer.
 */
export async function startPgbouncer(url: string, mode: string, poolSize: number): Promise<string> {
  const pooler = await openPgbouncer(inject('postgresPort'), mode, poolSize);
  onTestFinished(() => pooler[Symbol.dispose]());
  return url.replace(/:\d+\//, `:${pooler.port}/`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.end());
  });
}
