import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installedKernel } from './installed-packages.ts';

/** Returns the folder of a workspace package: `kernel`, `dev`, `plugin-likes`. It runs from its sources. */
export function workspaceFolder(name: string): string {
  const folder = name.startsWith('plugin-') ? `plugins/${name.slice('plugin-'.length)}` : `core/${name}`;
  return join(import.meta.dirname, '../..', folder);
}

/** Folder of the workspace's `@headwater/kernel`. */
export const workspaceKernel = workspaceFolder('kernel');

/**
 * Returns the `kernel` command that npx finds in the folder `cwd`, or that of the installed kernel if there is none.
 */
export function kernelBin(cwd: string): string {
  const own = join(cwd, 'node_modules/@headwater/kernel/bin/kernel.js');
  return existsSync(own) ? own : join(installedKernel(inject('scratch')), 'bin/kernel.js');
}

/** The outcome of a finished process. */
export interface Finished {
  /** `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Parses standard output, which must be one JSON document. */
  readonly json: () => unknown;
}

/** A running `kernel` command. */
export interface KernelProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Returns everything that it has printed so far, standard output first. */
  readonly output: () => string;
  /** Resolves when standard output or standard error contains `text`. Rejects if the process ends without it. */
  readonly says: (text: string) => Promise<void>;
}

/** Options of a `kernel` process. */
export interface KernelOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the command. Default: {@link kernelBin}. */
  readonly bin?: string;
  /** Milliseconds after which the process is killed. Default: never. */
  readonly timeout?: number;
}

/** Starts `kernel` with `args` as a process. */
export function startKernel(args: readonly string[], options: KernelOptions): KernelProcess {
  const { NODE_ENV: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [options.bin ?? kernelBin(options.cwd), ...args], {
    cwd: options.cwd,
    env: { ...inherited, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.timeout !== undefined && { timeout: options.timeout, killSignal: 'SIGKILL' }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = once(child, 'close').then(([code, signal]: unknown[]): Finished => {
    const json = (): unknown => {
      try {
        return JSON.parse(stdout);
      } catch {
        throw new Error(`no JSON on standard output of kernel ${args.join(' ')}:\n${stdout}\n${stderr}`);
      }
    };
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr, json };
  });
  const says = async (text: string): Promise<void> => {
    let ended = false;
    const end = finished.then(() => (ended = true));
    while (!`${stdout}${stderr}`.includes(text)) {
      if (ended) throw new Error(`kernel ${args.join(' ')} ended without printing "${text}":\n${stdout}\n${stderr}`);
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), end]);
    }
  };
  return { child, finished, says, output: () => `${stdout}${stderr}` };
}

/** Runs `kernel` with `args` and waits for it to exit. */
export function runKernel(args: readonly string[], options: KernelOptions): Promise<Finished> {
  return startKernel(args, options).finished;
}
