import type { Config } from '@headwater/kernel/internal/config';
import { kernelError, nearestName } from '@headwater/kernel/internal/errors';
import type { Plugin, PluginSet } from '@headwater/kernel/internal/plugins';

/** Finds the active plugin that an argument names. Throws PLUGIN_NOT_ACTIVE, with the nearest name. */
export function activePlugin(name: string, { byName }: PluginSet, { file, plugins }: Config): Plugin {
  const found = byName.get(name);
  if (found !== undefined) return found;
  const details = { plugin: name, file, nearest: nearestName(name, byName.keys()), disabled: plugins.has(name) };
  throw kernelError('PLUGIN_NOT_ACTIVE', details);
}
