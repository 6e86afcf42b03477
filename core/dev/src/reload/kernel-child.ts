import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Context } from '@headwater/kernel/internal/command';
import { kernelPackage } from '@headwater/kernel/internal/plugins';

/** A `kernel` command in a process of its own, which loads every module anew. */
export interface KernelChild {
  /** Resolves with the exit code, or with -1 if a signal ended it, and with the captured output. */
  readonly ended: Promise<{ readonly code: number; readonly output: string }>;
  /** Asks it to stop, and waits until it has. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts `kernel` with `words` for the same project. Its output goes to this process's, standard output to standard error
 * under `--json`; or it is captured.
 */
export function startKernelChild(
  { cwd, config, json }: Context,
  words: readonly string[],
  captures = false,
): KernelChild {
  const bin = join(kernelPackage().directory, 'bin/kernel.js');
  const given = config === undefined ? [] : ['--config', config];
  const child = spawn(process.execPath, [...process.execArgv, bin, ...words, ...given], {
    cwd,
    // Ctrl+C reaches this process alone, which then stops the child once. A second signal would end it at once.
    detached: process.platform !== 'win32',
    stdio: ['ignore', captures ? 'pipe' : json ? 2 : 1, captures ? 'pipe' : 2],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({
    code: typeof code === 'number' ? code : -1,
    output,
  }));
  return {
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
