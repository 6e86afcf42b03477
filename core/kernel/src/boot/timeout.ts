import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { shortMessage } from '../error/short-message.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import { runAsPlugin, type RunningPlugin } from '../plugin/running-plugin.ts';

/** A plugin and the maximum duration of each of its phases, in seconds (`$startTimeout`). */
export interface PhaseTimeout {
  readonly plugin: Pick<Plugin, 'name' | 'package' | 'version'>;
  readonly timeout: number;
}

/**
 * Runs one phase of a plugin on the plugin's behalf and limits its duration. Any error names the plugin. If `signal` is
 * aborted, its reason is thrown without waiting for the phase. A phase cannot be stopped: it keeps running, but its
 * outcome is ignored. Throws PLUGIN_PHASE_FAILED and PLUGIN_PHASE_TIMEOUT.
 */
export async function withTimeout<T>(
  { plugin, timeout: seconds }: PhaseTimeout,
  phase: 'import' | 'start' | 'stop',
  run: () => Promise<T> | T,
  signal?: AbortSignal,
): Promise<T> {
  const running = {
    plugin: plugin.name,
    package: plugin.package,
    version: plugin.version,
    phase,
  } satisfies RunningPlugin;
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => over.reject(kernelError('PLUGIN_PHASE_TIMEOUT', { ...running, seconds })),
    seconds * 1000,
  );
  const onAbort = (): void => over.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    signal?.throwIfAborted();
    return await Promise.race([runAsPlugin(running, async () => run()), over.promise]);
  } catch (error) {
    if (isKernelError(error) || (signal?.aborted === true && error === signal.reason)) throw error;
    const details = { ...running, reason: shortMessage(error), hint: hintOf(error) };
    throw kernelError('PLUGIN_PHASE_FAILED', details, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The plugin's own explanation of how to fix its error. */
function hintOf(error: unknown): string | null {
  return error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : null;
}
