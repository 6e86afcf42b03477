import { defineConfig } from 'vitest/config';
import base, { longTests, notOurs } from './vitest.config.ts';

/** Tests of the installed command, and tests that try more faults here. */
const commandTests = [
  'core/kernel/test/cli/{commands,start}.test.ts',
  'test/faults/**/*.test.ts',
  'test/e2e/**/*.test.ts',
];

/**
 * The tests of `npm run test:full`: slow ones, those that need a registry or another package manager, and once more some
 * of those that run the command, since `npm test` does not run it from packages that npm packed.
 */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // Every run tests random applications and histories, and a history of the corpus. This one tests several times as many.
    include: [
      'test/full/**/*.test.ts',
      '**/random-{applications,histories,schemas}.test.ts',
      'test/corpus/proof-on-*.test.ts',
      ...commandTests,
      ...longTests,
    ],
    env: { TRIALS: '10', SEEDS: '50', PROOFS: process.env['PROOFS'] ?? '2', FAULTS: process.env['FAULTS'] ?? 'full' },
    // The same packages as npm publishes. `npm test` bundles the sources instead, which takes a second.
    provide: { installation: 'packed' },
    exclude: notOurs,
    setupFiles: [`${import.meta.dirname}/test/helper/remove-leftovers.ts`],
    // Installing from a registry takes minutes on a slow connection.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
