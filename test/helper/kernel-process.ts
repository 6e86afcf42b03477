import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installedKernel } from './installed-packages.ts';

/** The folder in this workspace of a package of ours: `kernel`, `dev`, `plugin-likes`. It runs from its sources. */
export function workspaceFolder(name: string): string {
  const folder = name.startsWith('plugin-') ? `plugins/${name.slice('plugin-'.length)}` : `core/${name}`;
  return join(import.meta.dirname, '../..', folder);
}

/** The workspace's own `@headwater/kernel`. */
export const workspaceKernel = workspaceFolder('kernel');

/** The command that npx would find in the folder `cwd`; elsewhere that of the kernel that is installed for the tests. */
export function kernelBin(cwd: string): string {
  const own = join(cwd, 'node_modules/@headwater/kernel/bin/kernel.js');
  return existsSync(own) ? own : join(installedKernel(inject('scratch')), 'bin/kernel.js');
}

/** What a finished process left. */
export interface Finished {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, read as the one JSON document that it has to be. */
  readonly json: () => unknown;
}

/** A running `kernel`. */
export interface KernelProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when standard output or error contains `text`; rejects when the process ends without it. */
  readonly says: (text: string) => Promise<void>;
}

/** Where and how to run it. */
export interface KernelOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another kernel's command. Default: see {@link kernelBin}. */
  readonly bin?: string;
  /** Milliseconds after which it is killed. Default: never. */
  readonly timeout?: number;
}

/** Starts `kernel` with `args` as a process of its own. */
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
      if (ended) throw new Error(`kernel ${args.join(' ')} ended without saying «${text}»:\n${stdout}\n${stderr}`);
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), end]);
    }
  };
  return { child, finished, says };
}

/** Runs `kernel` with `args` to its end. */
export function runKernel(args: readonly string[], options: KernelOptions): Promise<Finished> {
  return startKernel(args, options).finished;
}
