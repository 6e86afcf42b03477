import { KernelError } from '../error/kernel-error.ts';
import { firstLine } from '../error/first-line.ts';
import type { DefinedPlugin, PluginContext, PluginLog } from '../contract/define-plugin.ts';
import type { Plugin } from '../plugin/plugin-set.ts';

/** A plugin whose running half is loaded and whose options are checked. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  readonly running: DefinedPlugin;
  readonly options: unknown;
  /** Seconds. */
  readonly startTimeout: number;
}

/** A plugin that has been started, and how long that took. */
export interface StartedPlugin extends LoadedPlugin {
  readonly milliseconds: number;
  readonly abort: AbortController;
  readonly context: PluginContext;
}

/**
 * Starts plugins in order. Where one fails, those already started are stopped in reverse and its failure comes out,
 * naming it. Throws PLUGIN_PHASE_FAILED and PLUGIN_PHASE_TIMEOUT.
 */
export async function startPlugins(
  plugins: readonly LoadedPlugin[],
  logOf: (plugin: string) => PluginLog,
): Promise<readonly StartedPlugin[]> {
  const started: StartedPlugin[] = [];
  for (const loaded of plugins) {
    const abort = new AbortController();
    const context = { config: loaded.options, log: logOf(loaded.plugin.name), signal: abort.signal };
    const began = performance.now();
    try {
      await within(loaded, 'start', () => loaded.running.start?.(context));
    } catch (error) {
      abort.abort();
      await stopPlugins(started).catch(() => {});
      throw error;
    }
    started.push({ ...loaded, abort, context, milliseconds: performance.now() - began });
  }
  return started;
}

/** Stops plugins in reverse order, all of them, even where one fails; then throws the first failure. */
export async function stopPlugins(started: readonly StartedPlugin[]): Promise<void> {
  const failures: unknown[] = [];
  for (const plugin of started.toReversed()) {
    plugin.abort.abort();
    try {
      await within(plugin, 'stop', () => plugin.running.stop?.(plugin.context));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function within(
  { plugin, startTimeout }: LoadedPlugin,
  phase: 'start' | 'stop',
  run: () => Promise<void> | void,
): Promise<void> {
  const details = { plugin: plugin.name, package: plugin.package, version: plugin.version, phase };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new KernelError('PLUGIN_PHASE_TIMEOUT', { ...details, seconds: startTimeout })),
      startTimeout * 1000,
    );
  });
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw new KernelError('PLUGIN_PHASE_FAILED', { ...details, reason: firstLine(error) }, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
