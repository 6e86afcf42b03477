import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A command to run in a child process. */
export interface Command {
  /** The script that Node runs. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const peakMemory = new URL('peak-memory.mjs', import.meta.url).href;

/** Runs a command to completion and returns the elapsed seconds. Rejects if it fails. */
export async function seconds(command: Command, directory: string): Promise<number> {
  const log = join(directory, 'stderr.log');
  const stderr = openSync(log, 'w');
  try {
    const began = process.hrtime.bigint();
    const child = spawn(process.execPath, [command.script, ...command.args], {
      cwd: directory,
      env: command.env,
      stdio: ['ignore', 'ignore', stderr],
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const took = Number(process.hrtime.bigint() - began) / 1e9;
    if (code !== 0)
      throw new Error(`exit ${code}: ${command.script} ${command.args.join(' ')}\n${readFileSync(log, 'utf8')}`);
    return took;
  } finally {
    closeSync(stderr);
  }
}

/** Runs a command to completion and returns the peak memory of its largest process, in bytes. Not for timing. */
export async function peakBytes(command: Command, directory: string): Promise<number> {
  const file = join(directory, 'peak.txt');
  rmSync(file, { force: true });
  const env = { ...command.env, BENCH_PEAK_FILE: file, NODE_OPTIONS: `--import=${peakMemory}` };
  await seconds({ ...command, env }, directory);
  return Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number));
}

/** Returns the median: the middle one of `values`, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? NaN, sorted[sorted.length >> 1] ?? NaN];
  return (low + high) / 2;
}
