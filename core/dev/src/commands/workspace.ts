import { activated } from '../authoring/activated.ts';
import { kernelPackage, loadPluginSet, openConfig, type Config, type Context, type PluginSet } from '@headwater/kernel/internal';

/** The active plugins, and which of them a command is about. */
export interface Workspace {
  readonly config: Config;
  readonly set: PluginSet;
  /** Those that were named; without a name all of this workspace, dependencies first. */
  readonly plugins: readonly string[];
}

/**
 * Loads the active plugins, and those that are named whether they are active or not. Their branches may have several heads.
 * Throws PLUGIN_NOT_FOUND with the nearest name, and what config, packages and revisions can get wrong.
 */
export async function openWorkspace(context: Context, named: readonly string[]): Promise<Workspace> {
  const config = named.reduce(activated, openConfig(context));
  const set = await loadPluginSet(config, kernelPackage());
  const ours = set.plugins.flatMap(({ name, from }) => (from === 'sources' ? [name] : []));
  const wanted = new Set(named.length > 0 ? named : ours);
  return { config, set, plugins: set.plugins.flatMap(({ name }) => (wanted.has(name) ? [name] : [])) };
}
