import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { kernelBin } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

/** Enough SQL for V8 to optimize PostgreSQL's grammar. */
const long = Array.from({ length: 12 }, (_, i) => `create table core_t${i} (id int primary key, n int not null);`);

/** A size in bytes. The grammar is many times larger; Node's CommonJS parser, also WebAssembly, is much smaller. */
const large = 10_000;

/**
 * The size for an upgrade, which works long enough for V8 to optimize a hot function of 40,000. That takes some hundredths
 * of a second. Without the switches it optimizes functions of more than 100,000, the grammar among them.
 */
const largeInUpgrade = 60_000;

/** Returns the sizes of the functions that V8 optimized, from its trace. Lines of two threads may interleave. */
function optimizedIn(trace: string): readonly number[] {
  return Array.from(trace.matchAll(/using TurboFan, .*?bodysize (\d+)/g), ([, bytes]) => Number(bytes));
}

describe('a short-lived command', () => {
  let project: Project;
  let kept: string;
  beforeAll(async () => {
    project = await makeProject({
      plugins: { core: { revisions: { '0001_create_tables': long.join('\n') } } },
      database: await emptyDatabase('pglite'),
    });
    kept = join(project.cwd, 'compile-cache');
  });

  /** Returns the traces of V8 and of Node's compile cache. The exit code does not matter: lint may find something. */
  async function traced(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, NODE_COMPILE_CACHE: kept, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
    const command = ['--trace-wasm-compilation-times', kernelBin(project.cwd), ...args];
    return new Promise((resolve) => {
      const options = { cwd: project.cwd, env, maxBuffer: 2 ** 26 };
      execFile(process.execPath, command, options, (_, stdout, stderr) => resolve(stdout + stderr));
    });
  }

  const inShadow = ['migrate:create', 'core', '--dry-run'] as const;

  it.each([
    ['the parser', ['migrate:lint', 'core'], large],
    ['a shadow', inShadow, large],
    ['an embedded database that is created and upgraded', ['migrate:up'], largeInUpgrade],
    ['an embedded database', ['migrate:status'], large],
  ] as const)('does not wait for V8 to optimize PostgreSQL: %s', async (_, args, limit) => {
    const trace = await traced(...args);
    expect(trace).toContain('using Liftoff');
    expect(optimizedIn(trace).filter((bytes) => bytes > limit)).toEqual([]);
  });

  it('uses compiled code cached by other commands, although they set other V8 switches', async () => {
    for (const args of [['start', '--once'], inShadow]) {
      const trace = await traced(...args);
      expect(trace.match(/code cache for .* was accepted/g)?.length).toBeGreaterThan(300);
      expect(trace).not.toContain('was rejected');
    }
  });
});
