import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installKernel } from './installed-kernel.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port of the real PostgreSQL on 127.0.0.1; user and password are `postgres`. */
    postgresPort: number;
    /** A folder that goes with the test run. */
    scratch: string;
    /** The same, for what there is a lot of: in memory where there is plenty. No file there is run as a program. */
    memory: string;
  }
}

interface Project {
  readonly provide: (key: 'postgresPort' | 'scratch' | 'memory', value: never) => void;
  /** What `--dir` says. */
  readonly config: { readonly dir: string };
}

/** Below which no test runs `kernel`. */
const withoutKernel = /\/(?:plugins\/[^/]+|app)\/test$/;

/**
 * Vitest's global set-up: one real PostgreSQL for the whole run, from an npm package, in a folder of its own, and the
 * kernel as npm would install it.
 */
export default async function startServer(project: Project): Promise<() => Promise<void>> {
  const scratch = mkdtempSync(join(tmpdir(), 'headwater-test-'));
  const memory = mkdtempSync(join(roomInMemory() ?? tmpdir(), 'headwater-test-'));
  // Every project is in a folder of its own: what Node compiles for it, it would keep for ever where it keeps such things.
  process.env['NODE_COMPILE_CACHE'] = join(memory, 'compile-cache');
  // The server may run as another user, who has to get in.
  chmodSync(memory, 0o755);
  const program = join(import.meta.dirname, 'server-process.ts');
  const server = spawn(process.execPath, [program, memory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const installing = withoutKernel.test(project.config.dir) ? Promise.resolve() : installKernel(scratch);
  const said = await Promise.race([once(server.stdout, 'data'), ended]);
  const port = Number(String(said[0]).trim());
  const remove = (): void => {
    for (const folder of [scratch, memory]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  if (!Number.isInteger(port) || port < 1024) {
    server.kill();
    await ended;
    remove();
    throw new Error(`the PostgreSQL of the tests did not start: ${String(said[0]).trim()}`);
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
    // While the server takes its databases along.
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    await ended;
    remove();
  };
}

/**
 * A run makes hundreds of databases of some hundred files each, and thousands of small files, which costs a disk up to a
 * tenth of the run. They come to less than 3 GB; where there is not plenty more than that, they are better on the disk.
 */
function roomInMemory(): string | null {
  const folder = '/dev/shm';
  const needed = 8 * 2 ** 30;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > needed && freemem() > needed ? folder : null;
  } catch {
    // Linux alone has it.
    return null;
  }
}
