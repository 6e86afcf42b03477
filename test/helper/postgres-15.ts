import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A server of the oldest supported version. */
export interface Postgres15 extends AsyncDisposable {
  /** The URL of its database `postgres`. */
  readonly url: string;
}

/** Starts a PostgreSQL 15 from an npm package. */
export async function startPostgres15(): Promise<Postgres15> {
  const folder = mkdtempSync(join(inject('memory'), 'postgres-15-'));
  // The server may run as another user, who needs access.
  chmodSync(folder, 0o755);
  const program = join(import.meta.dirname, 'postgres-server.ts');
  const server = spawn(process.execPath, [program, folder, '15'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const said = await Promise.race([once(server.stdout, 'data'), ended]);
  const port = Number(String(said[0]).trim());
  if (!Number.isInteger(port) || port < 1024) throw new Error(`PostgreSQL 15 did not start: ${String(said[0]).trim()}`);
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      server.stdin.end();
      await ended;
    },
  };
}
