import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { kernelBin } from '../../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../../test/helper/project.ts';

/** Enough SQL for V8 to find PostgreSQL's grammar worth optimizing. */
const long = Array.from({ length: 12 }, (_, i) => `create table core_t${i} (id int primary key, n int not null);`);

/** Bytes: the grammar is many times this, and what Node reads CommonJS with, which is WebAssembly too, a fraction. */
const large = 10_000;

/** The sizes of functions that V8 optimized, by its own trace. Lines of two threads may run into each other. */
function optimizedIn(trace: string): readonly number[] {
  return Array.from(trace.matchAll(/using TurboFan, .*?bodysize (\d+)/g), ([, bytes]) => Number(bytes));
}

describe('commands that end', () => {
  let project: Project;
  let kept: string;
  beforeAll(async () => {
    project = await makeProject({
      plugins: { core: { revisions: { '0001_create_tables': long.join('\n') } } },
      database: await emptyDatabase('pglite'),
    });
    kept = join(project.cwd, 'compile-cache');
  });

  /** What V8 and Node's cache of compiled code have to say. Findings are no success, and do not matter. */
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
    ['the parser', ['migrate:lint', 'core']],
    ['a shadow', inShadow],
    ['an embedded database that is made and upgraded', ['migrate:up']],
    ['an embedded database', ['migrate:status']],
  ])('do not have V8 optimize PostgreSQL, which they would have to wait for: %s', async (_, args) => {
    const trace = await traced(...args);
    expect(trace).toContain('using Liftoff');
    expect(optimizedIn(trace).filter((bytes) => bytes > large)).toEqual([]);
  });

  it('find the code that each other left compiled, though they have V8 optimize differently', async () => {
    for (const args of [['start', '--once'], inShadow]) {
      const trace = await traced(...args);
      expect(trace.match(/code cache for .* was accepted/g)?.length).toBeGreaterThan(300);
      expect(trace).not.toContain('was rejected');
    }
  });
});
