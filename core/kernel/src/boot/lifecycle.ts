import type { Get } from '../contract/bind.ts';
import type { DefinedPlugin, PluginContext, PluginLog } from '../contract/define-plugin.ts';
import type { Plugin } from '../plugin/plugin-set.ts';
import { withinLimit } from './timeout.ts';

/** A plugin whose running half is loaded and whose options are checked. */
export interface LoadedPlugin {
  readonly plugin: Pick<Plugin, 'name' | 'package' | 'version' | 'requires' | 'depth' | 'commands'>;
  readonly running: DefinedPlugin;
  /** All that its main module exports. */
  readonly exports: Readonly<Record<string, unknown>>;
  readonly options: unknown;
  /** Seconds. */
  readonly startTimeout: number;
  /** Milliseconds that its import took, with what it imports first of all. Default: 0. */
  readonly imported?: number;
}

/** A plugin that has been started, and when, in milliseconds since the first of them began. */
export interface StartedPlugin extends LoadedPlugin {
  readonly began: number;
  readonly ended: number;
  readonly abort: AbortController;
  readonly context: PluginContext;
}

/** What each plugin gets besides its options. */
export interface Surroundings {
  readonly log: (plugin: string) => PluginLog;
  readonly get: (plugin: string) => Get;
  /** Runs a hook in a database context of its own. */
  readonly inContext: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Ends the starting when it is aborted, as a failure does; its reason is thrown. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/**
 * Starts each plugin as soon as those it requires have started; independent ones side by side. Where one fails, the
 * others' signals are aborted, what had started is stopped in reverse, and the failure comes out, naming its plugin.
 * Gives the plugins in the order in which they were ready. Throws PLUGIN_PHASE_FAILED and PLUGIN_PHASE_TIMEOUT.
 */
export async function startPlugins(
  plugins: readonly LoadedPlugin[],
  { log, get, inContext, signal }: Surroundings,
): Promise<readonly StartedPlugin[]> {
  const origin = performance.now();
  const started: StartedPlugin[] = [];
  const failures: unknown[] = [];
  const aborts: AbortController[] = [];
  const ready = new Map<string, Promise<boolean>>();

  const start = async (loaded: LoadedPlugin, needs: readonly Promise<boolean>[]): Promise<boolean> => {
    const there = await Promise.all(needs);
    if (failures.length > 0 || there.includes(false)) return false;
    const abort = new AbortController();
    aborts.push(abort);
    const { name } = loaded.plugin;
    const context = { config: loaded.options, log: log(name), get: get(name), signal: abort.signal };
    const began = performance.now() - origin;
    try {
      await withinLimit(loaded, 'start', () => inContext(async () => loaded.running.start?.(context)), signal);
      started.push({ ...loaded, abort, context, began, ended: performance.now() - origin });
      return true;
    } catch (error) {
      failures.push(error);
      for (const other of aborts) other.abort();
      return false;
    }
  };

  for (const loaded of plugins) {
    const needs = neededBy(loaded, plugins).flatMap((name) => ready.get(name) ?? []);
    ready.set(loaded.plugin.name, start(loaded, needs));
  }
  await Promise.all(ready.values());
  if (failures.length === 0) return started;
  await stopPlugins(started).catch(() => {});
  throw failures[0];
}

/** The plugins that have to be there before `loaded` starts. Plugin zero is required by all without being listed. */
export function neededBy<One extends LoadedPlugin>(loaded: One, plugins: readonly One[]): readonly string[] {
  const zero = plugins.find(({ plugin }) => plugin.depth === 0 && plugin !== loaded.plugin);
  const names = loaded.plugin.requires.map((requirement) => requirement.plugin);
  return zero === undefined ? names : [...names, zero.plugin.name];
}

/** Stops plugins one by one in reverse order, all of them even where one fails; then throws the first failure. */
export async function stopPlugins(started: readonly StartedPlugin[]): Promise<void> {
  const failures: unknown[] = [];
  for (const plugin of started.toReversed()) {
    plugin.abort.abort();
    try {
      await withinLimit(plugin, 'stop', () => plugin.running.stop?.(plugin.context));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
