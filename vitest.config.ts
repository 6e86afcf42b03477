import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = import.meta.dirname;
// The same working directory whether the run is started here or, by Nx, in one of the packages.
process.chdir(here);

const conditions = ['headwater-source', ...defaultServerConditions];

/** Tests that start processes first: begun last, they would keep one worker busy while the others have nothing to do. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const starts = ({ moduleId }: TestSpecification): boolean => /\/test\/(?:e2e|faults|cli)\//.test(moduleId);
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
    // One project for all packages (`--dir core/kernel/test` is one of them): Vitest's workers serve no second project.
    include: ['**/*.test.ts'],
    // These need a registry or take long: `npm run test:full`.
    exclude: [...configDefaults.exclude, 'test/full/**'],
    // One real PostgreSQL for the whole run.
    globalSetup: [`${here}/test/helper/global-setup.ts`],
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
