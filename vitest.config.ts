import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = import.meta.dirname;
// The same working directory whether the run is started here or, by Nx, in one of the packages.
process.chdir(here);

const folders = ['core', ...readdirSync(`${here}/plugins`).map((name) => `plugins/${name}`), 'app'];
const conditions = ['development', ...defaultServerConditions];

/** One vitest project a folder, so that Nx can run and cache each by itself. */
const project = (name: string, folder: string) => ({
  extends: true as const,
  test: { name, include: [`${folder}/**/*.test.ts`] },
});

/** Tests that start processes first: begun last, they would keep one worker busy while the others have nothing to do. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const starts = ({ moduleId }: TestSpecification): boolean => /\/test\/(?:e2e|fault|cli)\//.test(moduleId);
    // Vitest's own method, which gives a new list.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    return [...sorted.filter(starts), ...sorted.filter((file) => !starts(file))];
  }
}

export default defineConfig({
  // Tests run on the sources of the workspace, never on what was built.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: here,
    projects: [...folders.map((folder) => project(folder, `${folder}/test`)), project('integration', 'test')],
    // One real PostgreSQL for the whole run.
    globalSetup: [`${here}/test/helper/server.ts`],
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // A worker's start would be most of what a file takes.
    isolate: false,
    // Each worker may hold a database of its own, of some 200 MB.
    maxWorkers: Math.min(4, availableParallelism()),
    // A real database's first start on a busy machine takes seconds; a test that hangs still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
