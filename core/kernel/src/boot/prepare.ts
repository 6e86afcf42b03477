import type { Config } from '../config/config.ts';
import { checkOptions } from '../plugin/plugin-options.ts';
import { importPlugin, type ImportModule } from '../plugin/plugin-module.ts';
import { bindPlugins, type BoundPlugins } from './bind-plugins.ts';
import { loadBlueprint } from '../migrate/blueprint.ts';
import { stopwatch, type Stopwatch } from './boot-report.ts';
import type { LoadedPlugin } from './lifecycle.ts';
import { withinLimit } from './timeout.ts';
import type { Blueprint } from '../migrate/state.ts';

/** An application as far as it comes without a database: loaded and bound. */
export interface Prepared {
  readonly config: Config;
  readonly blueprint: Blueprint;
  readonly plugins: readonly LoadedPlugin[];
  readonly bound: BoundPlugins;
}

/**
 * Loads and binds the activated plugins, their code with `load` in place of Node's own import if given. Nothing is
 * connected and nothing made. Throws all that needs no database.
 */
export async function prepare(config: Config, stages: Stopwatch = stopwatch(), load?: ImportModule): Promise<Prepared> {
  const blueprint = await loadBlueprint(config);
  const plugins = await loadPlugins(config, blueprint, load);
  stages.end('load');
  const bound = await bindPlugins(plugins, config);
  stages.end('bind');
  return { config, blueprint, plugins, bound };
}

async function loadPlugins(
  config: Config,
  { set }: Blueprint,
  load: ImportModule | undefined,
): Promise<readonly LoadedPlugin[]> {
  const loaded: LoadedPlugin[] = [];
  for (const plugin of set.plugins) {
    const entry = config.plugins.get(plugin.name);
    const startTimeout = entry?.startTimeout ?? 10;
    const half = await withinLimit({ plugin, startTimeout }, 'import', async () => {
      const began = performance.now();
      const { definition: running, exports } = await importPlugin(plugin, load);
      const imported = performance.now() - began;
      return { running, exports, imported, options: await checkOptions(plugin, running, entry, config.file) };
    });
    loaded.push({ plugin, startTimeout, ...half });
  }
  return loaded;
}
