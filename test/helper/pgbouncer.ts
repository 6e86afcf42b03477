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

/**
 * Starts PgBouncer in front of the database at `url` until the end of the test. Returns the URL of the database through
 * PgBouncer. `mode` is its `pool_mode`, and `poolSize` the number of server connections.
 */
export async function startPgbouncer(url: string, mode: string, poolSize: number): Promise<string> {
  const name = new URL(url).pathname.slice(1);
  const port = await freePort();
  const folder = mkdtempSync(join(inject('memory'), 'pooler-'));
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `${name} = host=127.0.0.1 port=${inject('postgresPort')} user=postgres password=postgres`,
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
  onTestFinished(() => void pooler.kill());
  await expect.poll(() => accepts(port), { timeout: 10_000 }).toBe(true);
  return url.replace(/:\d+\//, `:${port}/`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.end());
  });
}
