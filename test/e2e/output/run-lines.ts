import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { installedKernel } from '../../helper/installed-packages.ts';

/** A command line to run. */
export interface LineRun {
  /** Without `kernel`. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether it stays up, and is stopped by a signal after its first output. */
  readonly stops: boolean;
}

/** What it has printed, and its exit code. */
export interface LineOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs command lines in one process, in order, with the kernel that is installed for the tests. */
export async function runLines(runs: readonly LineRun[]): Promise<readonly LineOutcome[]> {
  const [input, output] = ['in', 'out'].map((end) =>
    join(inject('memory'), `lines-${randomBytes(6).toString('hex')}.${end}`),
  );
  const door = join(installedKernel(inject('scratch')), 'dist/cli.js');
  const { NODE_ENV: _, FORCE_COLOR: __, NO_COLOR: ___, ...inherited } = process.env;
  writeFileSync(input ?? '', JSON.stringify(runs));
  const args = [join(import.meta.dirname, 'line-process.ts'), door, input ?? '', output ?? ''];
  await promisify(execFile)(process.execPath, args, { env: inherited });
  // It is the list that the process has made.
  return JSON.parse(readFileSync(output ?? '', 'utf8')) as readonly LineOutcome[];
}
