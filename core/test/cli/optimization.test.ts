import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../test/helper/database.ts';
import { kernelBin } from '../../../test/helper/kernel-process.ts';
import { makeProject, type Project } from '../../../test/helper/project.ts';

const run = promisify(execFile);

/** Enough SQL for V8 to find PostgreSQL's grammar worth optimizing. */
const long = Array.from({ length: 80 }, (_, i) => `create table core_t${i} (id int primary key, n int not null);`);

/** Bytes: the grammar is many times this, and what Node reads CommonJS with, which is WebAssembly too, a fraction. */
const large = 10_000;

/** The sizes of functions that V8 optimized, by its own trace. Lines of two threads may run into each other. */
function optimizedIn(trace: string): readonly number[] {
  return Array.from(trace.matchAll(/using TurboFan, .*?bodysize (\d+)/g), ([, bytes]) => Number(bytes));
}

describe('a command that ends does not have V8 optimize PostgreSQL, which it would have to wait for', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({
      plugins: { core: { revisions: { '0001_create_tables': long.join('\n') } } },
      database: await emptyDatabase('pglite'),
    });
  });

  it.each([
    ['the parser', ['migrate:lint', 'core']],
    ['a shadow', ['migrate:verify', 'core']],
    ['an embedded database', ['migrate:status']],
  ])('%s', async (_, args) => {
    const traced = ['--trace-wasm-compilation-times', kernelBin(project.cwd), ...args];
    const { stdout } = await run(process.execPath, traced, { cwd: project.cwd, maxBuffer: 2 ** 26 }).catch(
      // Findings and pending revisions are no success.
      (done: unknown) => done as { readonly stdout: string },
    );
    expect(stdout).toContain('using Liftoff');
    expect(optimizedIn(stdout).filter((bytes) => bytes > large)).toEqual([]);
  });
});
