import type { Config } from '../config/config.ts';
import { loadRevisionSet, type RevisionSet } from '../migrate/revision-set.ts';
import { importPlugin, type ImportModule } from '../plugin/plugin-module.ts';
import { checkOptions } from '../plugin/plugin-options.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import { bindPlugins, type BoundPlugins } from './bind-plugins.ts';
import { startStopwatch, type Stopwatch } from './boot-report.ts';
import type { HostBind } from './app.ts';
import type { LoadedPlugin } from './lifecycle.ts';
import type { KernelBind } from './running-app.ts';
import { withTimeout } from './timeout.ts';

/** An application that is not yet connected: plugins are imported, options checked, and services bound. */
export interface LoadedApp {
  readonly config: Config;
  readonly revisionSet: RevisionSet;
  /** In plugin order: dependencies first. */
  readonly plugins: readonly LoadedPlugin[];
  readonly bound: BoundPlugins;
}

/** Options of {@link loadApp}. */
export interface LoadAppOptions {
  /** Default: it is loaded. */
  readonly revisionSet?: RevisionSet;
  /** Registers values of the host. Default: none. */
  readonly bind?: HostBind | undefined;
  /** Binds services of the kernel besides the database. Default: none. */
  readonly kernelBind?: KernelBind | undefined;
}

/**
 * Loads and binds the active plugins without connecting to the database or creating a service. `load` imports their
 * modules; the default is Node's own import. Throws every error that does not depend on the database.
 */
export async function loadApp(
  config: Config,
  stages: Stopwatch = startStopwatch(),
  load?: ImportModule,
  { revisionSet: loaded, bind, kernelBind }: LoadAppOptions = {},
): Promise<LoadedApp> {
  const revisionSet = loaded ?? (await loadRevisionSet(config));
  const plugins = await loadPlugins(config, revisionSet.pluginSet, load);
  stages.end('load');
  const bound = await bindPlugins(plugins, config, { kernel: kernelBind, host: bind });
  stages.end('bind');
  return { config, revisionSet, plugins, bound };
}

/** Imports the active plugins and checks their options, in plugin order. */
export async function loadPlugins(
  config: Config,
  { plugins }: PluginSet,
  load: ImportModule | undefined,
): Promise<readonly LoadedPlugin[]> {
  const loaded: LoadedPlugin[] = [];
  for (const plugin of plugins) {
    const entry = config.plugins.get(plugin.name);
    const timeout = entry?.startTimeout ?? 10;
    const imported = await withTimeout({ plugin, timeout }, 'import', async () => {
      const began = performance.now();
      const { definition, exports } = await importPlugin(plugin, load);
      const importTime = performance.now() - began;
      const options = await checkOptions(plugin, definition, entry, config.file);
      return { definition, exports, importTime, options };
    });
    loaded.push({ plugin, timeout, ...imported });
  }
  return loaded;
}
