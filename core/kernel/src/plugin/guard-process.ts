import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import { currentPlugin } from './running-plugin.ts';

/** The guard of an application's process, installed by {@link guardProcess}. */
export interface ProcessGuard {
  /** Removes the guard. */
  readonly release: () => void;
}

/**
 * Reports errors that would end the process without naming their plugin: an unhandled rejection, an exception in a
 * timer, and a call to `process.exit`. Such a call cannot be undone, so its exit code is replaced by a failure code.
 */
export function guardProcess(onFailure: (error: KernelError) => void): ProcessGuard {
  const onStrayError = (thrown: unknown): void => onFailure(explainStrayError(thrown));
  const onExit = (): void => {
    const running = currentPlugin();
    if (running === null) return;
    const error = kernelError('PLUGIN_ENDED_PROCESS', running);
    process.exitCode = error.exitCode;
    onFailure(error);
  };
  process.on('unhandledRejection', onStrayError);
  process.on('uncaughtException', onStrayError);
  process.on('exit', onExit);
  return {
    release() {
      process.off('unhandledRejection', onStrayError);
      process.off('uncaughtException', onStrayError);
      process.off('exit', onExit);
    },
  };
}

function explainStrayError(thrown: unknown): KernelError {
  if (isKernelError(thrown)) return thrown;
  const running = currentPlugin();
  const reason = shortMessage(thrown);
  if (running === null) return kernelError('INTERNAL', { what: reason }, { cause: thrown });
  return kernelError('PLUGIN_STRAY_ERROR', { ...running, reason }, { cause: thrown });
}
