import { configDefaults, defineConfig } from 'vitest/config';
import base, { longTests } from './vitest.config.ts';

/** The tests that need a registry or another package manager, and those that take long: `npm run test:full`. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    // Random applications are tested in every run; here there are ten times as many.
    include: ['test/full/**/*.test.ts', '**/random-applications.test.ts', ...longTests],
    env: { TRIALS: '40' },
    exclude: configDefaults.exclude,
    // Installing from a registry takes minutes on a slow connection.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
