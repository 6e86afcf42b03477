import { findPluginPackages, isPluginName, kernelError, nearest, openPackages, type Config } from '@headwater/kernel/internal';

/**
 * The config with a plugin that is to be worked on active in it, whether config.json activates it or not. Throws
 * PLUGIN_NOT_FOUND, with the nearest name there is.
 */
export function activated(config: Config, name: string): Config {
  if (config.plugins.get(name)?.enabled === true) return config;
  const installed = findPluginPackages(config, openPackages());
  const found = isPluginName(name) ? installed.get(name) : undefined;
  if (found === undefined) {
    const known = [...config.plugins.keys(), ...installed.keys()];
    const tried = [`@headwater/plugin-${name}`, `headwater-plugin-${name}`];
    const details = { plugin: name, tried, from: config.root, install: tried[0] ?? name };
    throw kernelError('PLUGIN_NOT_FOUND', { ...details, nearest: nearest(name, known) });
  }
  const entry = config.plugins.get(name) ?? { startTimeout: 10, options: {}, fromVariables: [] };
  const plugins = new Map(config.plugins).set(name, { ...entry, name, enabled: true, package: found.package });
  return { ...config, plugins };
}
