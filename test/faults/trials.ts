import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect } from 'vitest';
import { logFile, trialsFile, type LoggedTrial, type TrialCount } from './trial-files.ts';

function currentFile(): string {
  return relative(process.cwd(), expect.getState().testPath ?? '');
}

/** Counts the trials of the current test, once it has found no anomaly. */
export function countTrials(trials: number): void {
  const path = process.env[trialsFile];
  if (path !== undefined) {
    appendFileSync(path, `${JSON.stringify({ file: currentFile(), trials } satisfies TrialCount)}\n`);
  }
}

/** The trials that this run, or one that it continues, has done. */
export interface TrialLog {
  readonly has: (title: string) => boolean;
  /** The number as which a trial counts; `undefined` if it has not been done. */
  readonly trialsOf: (title: string) => number | undefined;
  /** Notes a trial that found no anomaly. Default: it counts as one. */
  readonly add: (title: string, trials?: number) => void;
}

/** Opens the log of the run. Without {@link logFile} it is empty, and keeps nothing. */
export function openTrialLog(): TrialLog {
  const path = process.env[logFile];
  const done = new Map(path === undefined ? [] : loggedIn(path).map(({ title, trials }) => [title, trials] as const));
  const file = currentFile();
  return {
    has: (title) => done.has(title),
    trialsOf: (title) => done.get(title),
    add(title, trials = 1) {
      if (path !== undefined)
        appendFileSync(path, `${JSON.stringify({ file, title, trials } satisfies LoggedTrial)}\n`);
    },
  };
}

/** Returns the trials in a log; none if there is no file. */
function loggedIn(path: string): readonly LoggedTrial[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LoggedTrial);
}
