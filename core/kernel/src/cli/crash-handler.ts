import { guardProcess, type ProcessGuard } from '../plugin/guard-process.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { ProgressStream } from './command.ts';
import { asKernelError } from './error-text.ts';

/** The time in milliseconds for which open handles may keep a process alive after its command has finished. */
const grace = 1000;

/** Handles uncaught failures, and an exit before the command has finished. */
export interface CrashHandler {
  /** Reports uncaught exceptions, for a command that imports only the revisions of plugins. */
  readonly watchKernel: () => void;
  /** Like {@link watchKernel}, for a command that imports plugin code: names the plugin that caused a failure. */
  readonly watchPlugins: () => void;
  /** See {@link Context.interruption}. */
  readonly interruption: () => AbortSignal;
  /**
   * Call it when the command has finished. If plugins or revisions left handles open, the process exits a moment later
   * without waiting for them.
   */
  readonly end: (progress: ProgressStream) => void;
}

/** Handles crashes of the command's own process. `exit` reports an error and ends the process. */
export function handleCrashes(exit: (error: KernelError) => never): CrashHandler {
  let controller: AbortController | null = null;
  let guard: ProcessGuard | null = null;
  let ended = false;
  const fail = (thrown: unknown): void => {
    const error = asKernelError(thrown);
    // If a plugin has called `process.exit`, there is no time left for the command to clean up.
    const waits = controller !== null && !ended && error.code !== 'PLUGIN_ENDED_PROCESS';
    if (waits) return controller?.abort(error);
    // From here on the kernel itself exits; this is not a second failure of the plugin.
    guard?.release();
    ended = true;
    exit(error);
  };
  // A call to `process.exit` in a revision file, or a promise that never settles, would exit silently with code 0.
  const onExit = (): void => {
    const what = 'the process exited before the command had finished.';
    if (!ended) exit(kernelError('INTERNAL', { what }));
  };
  process.on('exit', onExit);
  return {
    watchKernel() {
      process.on('uncaughtException', fail);
    },
    watchPlugins() {
      if (guard !== null) return;
      guard = guardProcess(fail);
      // The guard may know which plugin called `process.exit`, so its listener must run first.
      process.off('exit', onExit).on('exit', onExit);
    },
    interruption: () => (controller ??= new AbortController()).signal,
    end({ write }) {
      ended = true;
      const leave = (): void => {
        // Standard streams are listed too and look exactly like a plugin's own pipes, so neither are reported.
        const open = new Set(process.getActiveResourcesInfo()).difference(new Set(['PipeWrap', 'TTYWrap']));
        const what = open.size === 0 ? '' : ` (${[...open].join(', ')})`;
        write(`A plugin left something open${what}; exiting anyway.\n`);
        process.exit();
      };
      setTimeout(leave, grace).unref();
    },
  };
}

/** For a process that does not belong to the command. It adds no listeners and never ends the process. */
export const noCrashHandler: CrashHandler = Object.freeze({
  watchKernel() {},
  watchPlugins() {},
  interruption: () => new AbortController().signal,
  end() {},
});
