import type { Get } from '../contract/bind.ts';
import type { BootPurpose, DefinedPlugin, PluginContext, PluginLog } from '../contract/define-plugin.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import { noSpans, type Spans } from '../telemetry/spans.ts';
import { withTimeout } from './timeout.ts';

/** A plugin with its imported definition and checked options. */
export interface LoadedPlugin {
  readonly plugin: Pick<Plugin, 'name' | 'package' | 'version' | 'requires' | 'depth' | 'commands' | 'entry'>;
  readonly definition: DefinedPlugin;
  /** All exports of its main module. `undefined` if it has none, so that nothing is private. */
  readonly exports: Readonly<Record<string, unknown>> | undefined;
  readonly options: unknown;
  /** The maximum duration of each of its phases, in seconds. */
  readonly timeout: number;
  /** The duration of its import in milliseconds. Shared modules count for their first importer. Default: 0. */
  readonly importTime?: number;
}

/** A plugin that has started. Its times are in milliseconds since the first plugin began to start. */
export interface StartedPlugin extends LoadedPlugin {
  readonly began: number;
  readonly ended: number;
  readonly abort: AbortController;
  readonly context: PluginContext;
}

/** Options of {@link startPlugins}: the input of each plugin's `start` besides its own options. */
export interface StartOptions {
  readonly log: (plugin: string) => PluginLog;
  readonly get: (plugin: string) => Get;
  /** Runs `work` in a new database context. */
  readonly inContext: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Default: `serve`. */
  readonly purpose?: BootPurpose;
  /** Default: no spans. */
  readonly spans?: Spans;
  /** Called when a plugin has started, with the duration of its start. Default: nothing. */
  readonly onStart?: ((plugin: string, milliseconds: number) => void) | undefined;
  /** Aborting it cancels the start as a failure would, and its reason is thrown. Default: never aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Starts each plugin as soon as the plugins that it requires have started; independent plugins start concurrently. If
 * one fails, the signals of all others are aborted, those that have started are stopped in reverse order, and the
 * failure, which names its plugin, is thrown. Returns the plugins in the order in which they became ready. Throws
 * PLUGIN_PHASE_FAILED and PLUGIN_PHASE_TIMEOUT.
 */
export async function startPlugins(
  plugins: readonly LoadedPlugin[],
  { log, get, inContext, purpose = 'serve', spans = noSpans, onStart, signal }: StartOptions,
): Promise<readonly StartedPlugin[]> {
  const origin = performance.now();
  const started: StartedPlugin[] = [];
  const failures: unknown[] = [];
  const aborts: AbortController[] = [];
  const ready = new Map<string, Promise<boolean>>();

  const start = async (loaded: LoadedPlugin, needs: readonly Promise<boolean>[]): Promise<boolean> => {
    const required = await Promise.all(needs);
    if (failures.length > 0 || required.includes(false)) return false;
    const abort = new AbortController();
    aborts.push(abort);
    const { name } = loaded.plugin;
    const context = { config: loaded.options, log: log(name), get: get(name), purpose, signal: abort.signal };
    const began = performance.now() - origin;
    try {
      await spans.around('headwater.plugin.start', { 'headwater.plugin': name }, () =>
        withTimeout(loaded, 'start', () => inContext(async () => loaded.definition.start?.(context)), signal),
      );
      const ended = performance.now() - origin;
      started.push({ ...loaded, abort, context, began, ended });
      onStart?.(name, ended - began);
      return true;
    } catch (error) {
      failures.push(error);
      for (const other of aborts) other.abort();
      return false;
    }
  };

  for (const loaded of plugins) {
    const needs = requiredBy(loaded, plugins).flatMap((name) => ready.get(name) ?? []);
    ready.set(loaded.plugin.name, start(loaded, needs));
  }
  await Promise.all(ready.values());
  if (failures.length === 0) return started;
  await stopPlugins(started).catch(() => {});
  throw failures[0];
}

/**
 * Returns the plugins that must have started before `loaded`. Every plugin implicitly requires plugin zero.
 */
export function requiredBy<One extends LoadedPlugin>(loaded: One, plugins: readonly One[]): readonly string[] {
  const zero = plugins.find(({ plugin }) => plugin.depth === 0 && plugin !== loaded.plugin);
  const names = loaded.plugin.requires.map((requirement) => requirement.plugin);
  return zero === undefined ? names : [...names, zero.plugin.name];
}

/**
 * Stops all plugins one by one in reverse order, even if one fails, and then throws the first failure. `onStop` is called
 * after each of them.
 */
export async function stopPlugins(started: readonly StartedPlugin[], onStop?: (plugin: string) => void): Promise<void> {
  const failures: unknown[] = [];
  for (const plugin of started.toReversed()) {
    plugin.abort.abort();
    try {
      await withTimeout(plugin, 'stop', () => plugin.definition.stop?.(plugin.context));
    } catch (error) {
      failures.push(error);
    }
    onStop?.(plugin.plugin.name);
  }
  if (failures.length > 0) throw failures[0];
}
