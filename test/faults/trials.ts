import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect } from 'vitest';

/** What one file of tests tried. */
export interface TrialCount {
  /** The file, from the root of the repository. */
  readonly file: string;
  readonly trials: number;
}

/** The variable with the path of the file to which {@link countTrials} appends. `npm run faults` sets it. */
export const trialsFile = 'FAULTS_TRIALS';

/** Counts the trials of the current test, once it has found no anomaly. */
export function countTrials(trials: number): void {
  const path = process.env[trialsFile];
  const file = relative(process.cwd(), expect.getState().testPath ?? '');
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ file, trials } satisfies TrialCount)}\n`);
}
