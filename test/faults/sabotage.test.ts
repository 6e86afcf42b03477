import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { sabotages } from './sabotage.ts';
import { sampled, seed } from './tier.ts';

const root = join(import.meta.dirname, '../..');

/** The part of Vitest's JSON report that tells which tests failed. */
interface Report {
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

describe(`the same tests fail with a kernel that has a bug, SEED=${seed}`, () => {
  it.each(sampled(sabotages, { quick: 1, full: 2 }))(
    '$name: found by $foundBy',
    async ({ name, foundBy }) => {
      const output = join(inject('scratch'), `sabotage-${name.replaceAll(' ', '-')}.json`);
      const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.full.config.ts'];
      const options = ['--maxWorkers=1', '--bail=1', '--reporter=json', `--outputFile=${output}`];
      const run = spawn(process.execPath, [...vitest, ...options, `test/faults/${foundBy}.test.ts`], {
        cwd: root,
        stdio: 'ignore',
        env: { ...process.env, FAULTS: 'full', SEED: String(seed), SABOTAGE: name },
      });
      const [code] = (await once(run, 'exit')) as [number];
      expect(code).toBe(1);
      const { numFailedTests, testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
      expect(numFailedTests).toBeGreaterThan(0);
      const failed = testResults.flatMap(({ assertionResults }) =>
        assertionResults.flatMap(({ status, failureMessages }) => (status === 'failed' ? failureMessages : [])),
      );
      console.info(`${name}: ${failed[0]?.split('\n')[0] ?? ''}`);
    },
    600_000,
  );
});
