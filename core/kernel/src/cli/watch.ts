import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import type { guardProcess, ProcessGuard } from '../boot/guard-process.ts';
import type { ProgressStream } from './command.ts';
import { refusalOf } from './refusal.ts';

/** Milliseconds that what was left open may keep a process that has nothing more to do. */
const grace = 1000;

/** Watches over what nobody catches, and over a process that ends before its command does, while that runs. */
export interface Watch {
  /** Ends the process with a failure, or, where somebody asked for {@link interruption}, hands it over. */
  readonly fail: (thrown: unknown) => void;
  /** Names the plugin behind a failure, for a command that imports their code. Once is enough. */
  readonly guard: (guarding: typeof guardProcess) => void;
  /** As a command's context has it. */
  readonly interruption: () => AbortSignal;
  /** The command is over. What plugins and revisions left open keeps the process up no longer than a moment. */
  readonly end: (progress: ProgressStream) => void;
}

/** Opens the watch. `exit` tells of a failure and ends the process. */
export function openWatch(exit: (error: KernelError) => never): Watch {
  let controller: AbortController | null = null;
  let guarded: ProcessGuard | null = null;
  let over = false;
  // `process.exit` in a revision file, or an await of what never comes: without a word, and with exit code 0.
  const onExit = (): void => {
    const what = 'the process was ended before the command was done.';
    if (!over) exit(kernelError('INTERNAL', { what }));
  };
  const fail = (thrown: unknown): void => {
    const error = refusalOf(thrown);
    // A process that is ending waits for nobody.
    const waits = controller !== null && !over && error.code !== 'PLUGIN_ENDED_PROCESS';
    if (waits) return controller?.abort(error);
    // From here on ending it is our doing, and no second failure of the plugin.
    guarded?.release();
    over = true;
    exit(error);
  };
  process.on('exit', onExit);
  return {
    fail,
    guard(guarding) {
      guarded ??= guarding(fail);
      // The guard may know whose doing an exit is, so it is asked first.
      process.off('exit', onExit).on('exit', onExit);
    },
    interruption: () => (controller ??= new AbortController()).signal,
    end({ write }) {
      over = true;
      const leave = (): void => {
        // The standard streams are in the list too; a pipe of a plugin's own cannot be told from those.
        const open = new Set(process.getActiveResourcesInfo()).difference(new Set(['PipeWrap', 'TTYWrap']));
        const what = open.size === 0 ? '' : ` (${[...open].join(', ')})`;
        write(`A plugin left something open${what}; ended all the same.\n`);
        process.exit();
      };
      setTimeout(leave, grace).unref();
    },
  };
}
