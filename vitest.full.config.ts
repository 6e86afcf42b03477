import { configDefaults, defineConfig } from 'vitest/config';
import base, { longTests } from './vitest.config.ts';

/** The tests of `npm run test:full`: slow ones, and those that need a registry or another package manager. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // Every run tests random applications and histories. This one tests several times as many.
    include: ['test/full/**/*.test.ts', '**/random-{applications,histories}.test.ts', ...longTests],
    env: { TRIALS: '40' },
    // The same packages as npm publishes. `npm test` bundles the sources instead, which takes a second.
    provide: { installation: 'packed' },
    exclude: configDefaults.exclude,
    // Installing from a registry takes minutes on a slow connection.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
