import { shortMessage } from '../error/short-message.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import { inTheNameOf, type Actor } from './running-plugin.ts';

/** Whose work it is, and how many seconds it may take. */
export interface PhaseLimit {
  readonly plugin: Pick<Plugin, 'name' | 'package' | 'version'>;
  readonly startTimeout: number;
}

/**
 * Runs a part of a plugin in its name and under its time limit, and names the plugin in whatever goes wrong. When
 * `signal` is aborted nobody waits for it any more, and the signal's reason is thrown. What it does after that is not
 * followed. Throws PLUGIN_PHASE_FAILED and PLUGIN_PHASE_TIMEOUT.
 */
export async function withinLimit<T>(
  { plugin, startTimeout: seconds }: PhaseLimit,
  phase: 'import' | 'start' | 'stop',
  run: () => Promise<T> | T,
  signal?: AbortSignal,
): Promise<T> {
  const actor = { plugin: plugin.name, package: plugin.package, version: plugin.version, phase } satisfies Actor;
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => over.reject(kernelError('PLUGIN_PHASE_TIMEOUT', { ...actor, seconds })),
    seconds * 1000,
  );
  const onAbort = (): void => over.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    signal?.throwIfAborted();
    return await Promise.race([inTheNameOf(actor, async () => run()), over.promise]);
  } catch (error) {
    if (isKernelError(error)) throw error;
    throw kernelError('PLUGIN_PHASE_FAILED', { ...actor, reason: shortMessage(error) }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
