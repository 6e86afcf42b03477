import type { Config } from '../config/config.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { Plugin, PluginSet } from '../plugin/plugin-set.ts';

/** The active plugin called `name`. Throws PLUGIN_NOT_ACTIVE, with the nearest one. */
export function activePlugin(name: string, { byName }: PluginSet, { file, plugins }: Config): Plugin {
  const found = byName.get(name);
  if (found !== undefined) return found;
  const details = { plugin: name, file, nearest: nearestName(name, byName.keys()), disabled: plugins.has(name) };
  throw kernelError('PLUGIN_NOT_ACTIVE', details);
}
