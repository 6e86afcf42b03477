import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, type Installation } from './installed-packages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port of the PostgreSQL server on 127.0.0.1. User and password are `postgres`. */
    postgresPort: number;
    /** A folder that is removed after the test run. */
    scratch: string;
    /** See `Installation` in installed-packages.ts. */
    installation: Installation;
    /** Like `scratch`, but in memory if there is room, for many files. Files in it cannot be executed directly. */
    memory: string;
  }
}

interface Project {
  readonly provide: (key: 'postgresPort' | 'scratch' | 'memory', value: never) => void;
  /** The value of `--dir`, and the values that the configuration provides. */
  readonly config: { readonly dir: string; readonly provide: { readonly installation?: Installation } };
}

/** Test folders that never run the installed `kernel`. */
const withoutKernel = /\/(?:plugins\/[^/]+|app)\/test$/;

/**
 * Vitest's global setup. Starts one PostgreSQL server for the whole run, from an npm package and in its own folder, and
 * installs the packages that the tests run as processes.
 */
export default async function globalSetup(project: Project): Promise<() => Promise<void>> {
  const scratch = mkdtempSync(join(tmpdir(), 'headwater-test-'));
  const memory = mkdtempSync(join(roomInMemory() ?? tmpdir(), 'headwater-test-'));
  // Test projects have random folder names, so their entries would otherwise stay in Node's compile cache forever.
  process.env['NODE_COMPILE_CACHE'] = join(memory, 'compile-cache');
  // The server may run as another user, who needs access.
  chmodSync(memory, 0o755);
  const program = join(import.meta.dirname, 'postgres-server.ts');
  const server = spawn(process.execPath, [program, memory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const installing = withoutKernel.test(project.config.dir)
    ? Promise.resolve()
    : installPackages(scratch, project.config.provide.installation);
  const said = await Promise.race([once(server.stdout, 'data'), ended]);
  const port = Number(String(said[0]).trim());
  const remove = (): void => {
    for (const folder of [scratch, memory]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  if (!Number.isInteger(port) || port < 1024) {
    server.kill();
    await ended;
    remove();
    throw new Error(`the PostgreSQL server for the tests did not start: ${String(said[0]).trim()}`);
  }
  await installing.catch(async (error: unknown) => {
    server.stdin.end();
    await ended;
    remove();
    throw error;
  });
  project.provide('postgresPort', port as never);
  project.provide('scratch', scratch as never);
  project.provide('memory', memory as never);
  return async () => {
    server.stdin.end();
    // Meanwhile the server process removes its databases.
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    await ended;
    remove();
  };
}

/**
 * Returns a folder in memory, or `null` if less than 8 GB is free. A run creates hundreds of databases with hundreds of
 * files each, and thousands of small files, of which less than 3 GB exist at the same time: see `removeAfterFile`. On a
 * disk, writing them would take up to a tenth of the run's time.
 */
function roomInMemory(): string | null {
  const folder = '/dev/shm';
  const needed = 8 * 2 ** 30;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > needed && freemem() > needed ? folder : null;
  } catch {
    // Only Linux has this folder.
    return null;
  }
}
