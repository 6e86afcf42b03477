import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { currentActor } from './running-plugin.ts';

/** The watch over the process of an application. */
export interface ProcessGuard {
  /** Ends it: from now on the process may end. */
  readonly release: () => void;
}

/**
 * Names the plugin behind what would end the process without a word: a rejection that nobody awaits, an exception out
 * of a timer, a call of `process.exit`. The last cannot be undone, so its exit code is made one of failure.
 */
export function guardProcess(onFailure: (error: KernelError) => void): ProcessGuard {
  const onStray = (thrown: unknown): void => onFailure(strayError(thrown));
  const onExit = (): void => {
    const actor = currentActor();
    if (actor === null) return;
    const error = kernelError('PLUGIN_ENDED_PROCESS', actor);
    process.exitCode = error.exitCode;
    onFailure(error);
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  process.on('exit', onExit);
  return {
    release() {
      process.off('unhandledRejection', onStray);
      process.off('uncaughtException', onStray);
      process.off('exit', onExit);
    },
  };
}

function strayError(thrown: unknown): KernelError {
  if (isKernelError(thrown)) return thrown;
  const actor = currentActor();
  const reason = shortMessage(thrown);
  if (actor === null) return kernelError('INTERNAL', { what: reason }, { cause: thrown });
  return kernelError('PLUGIN_STRAY_ERROR', { ...actor, reason }, { cause: thrown });
}
