import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { mostRuns, sabotages, type Sabotage } from './sabotage.ts';
import { sampled, seed } from './tier.ts';

const root = join(import.meta.dirname, '../..');

/** The part of Vitest's JSON report that tells which tests failed. */
interface Report {
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

/** Runs a test file of the full suite with a sabotaged kernel. Returns the messages of the tests that failed. */
async function failuresOf({ name, foundBy }: Sabotage, ownSeed: number): Promise<readonly string[]> {
  const output = join(inject('scratch'), `sabotage-${name.replaceAll(' ', '-')}-${ownSeed}.json`);
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.full.config.ts'];
  const options = ['--maxWorkers=1', '--bail=1', '--reporter=json', `--outputFile=${output}`];
  const run = spawn(process.execPath, [...vitest, ...options, `test/faults/${foundBy}.test.ts`], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, FAULTS: 'full', SEED: String(ownSeed), SABOTAGE: name },
  });
  const [code] = (await once(run, 'exit')) as [number];
  const { numFailedTests, testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
  expect(code).toBe(numFailedTests === 0 ? 0 : 1);
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, failureMessages }) => (status === 'failed' ? failureMessages : [])),
  );
}

describe(`the same tests fail with a kernel that has a bug, SEED=${seed}`, () => {
  it.each(sampled(sabotages, { quick: 1, full: 2 }))(
    `$name: found by $foundBy in at most ${mostRuns} runs`,
    async (sabotage) => {
      let failures: readonly string[] = [];
      let runs = 0;
      for (; failures.length === 0 && runs < mostRuns; runs += 1) {
        failures = await failuresOf(sabotage, seed + 1000 * runs);
      }
      expect(failures).not.toEqual([]);
      console.info(`${sabotage.name}, run ${runs}: ${failures[0]?.split('\n')[0] ?? ''}`);
    },
    1_200_000,
  );
});
