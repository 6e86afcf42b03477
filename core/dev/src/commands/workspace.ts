import { openConfig, type Context } from '@headwater/kernel/internal/command';
import type { Config } from '@headwater/kernel/internal/config';
import { kernelError, nearestName } from '@headwater/kernel/internal/errors';
import { isPluginName } from '@headwater/kernel/internal/graph';
import {
  findPluginPackages,
  kernelPackage,
  loadPluginSet,
  openPackages,
  type PluginSet,
} from '@headwater/kernel/internal/plugins';

/** The active plugins, and the ones that a command works on. */
export interface Workspace {
  readonly config: Config;
  readonly set: PluginSet;
  /** The named plugins or, if none is named, all plugins of this workspace. Dependencies come first. */
  readonly plugins: readonly string[];
}

/**
 * Loads the active plugins and the named ones, which need not be active. Their branches may have several heads. Throws
 * PLUGIN_NOT_FOUND, and the errors of config, packages and revisions.
 */
export async function openWorkspace(context: Context, named: readonly string[]): Promise<Workspace> {
  const config = named.reduce(withPluginActive, openConfig(context));
  const set = await loadPluginSet(config, kernelPackage());
  const ours = set.plugins.flatMap(({ name, from }) => (from === 'sources' ? [name] : []));
  const wanted = new Set(named.length > 0 ? named : ours);
  return { config, set, plugins: set.plugins.flatMap(({ name }) => (wanted.has(name) ? [name] : [])) };
}

/**
 * Returns the config with a plugin activated, even if config.json does not activate it. Throws PLUGIN_NOT_FOUND with
 * the nearest name.
 */
export function withPluginActive(config: Config, name: string): Config {
  if (config.plugins.get(name)?.enabled === true) return config;
  const installed = findPluginPackages(config, openPackages());
  const found = isPluginName(name) ? installed.get(name) : undefined;
  if (found === undefined) {
    const known = [...config.plugins.keys(), ...installed.keys()];
    const tried = [`@headwater/plugin-${name}`, `headwater-plugin-${name}`];
    const details = { plugin: name, tried, from: config.root, install: tried[0] ?? name };
    throw kernelError('PLUGIN_NOT_FOUND', { ...details, nearest: nearestName(name, known) });
  }
  const entry = config.plugins.get(name) ?? { startTimeout: 10, options: {}, fromVariables: [] };
  const plugins = new Map(config.plugins).set(name, { ...entry, name, enabled: true, package: found.package });
  return { ...config, plugins };
}
