import type { DefinedPlugin } from '@headwater/kernel/plugin';
import { declaredEntities } from '@headwater/kernel/internal/boot';
import { loadEntities, type Entities } from '@headwater/kernel/internal/entities';
import { importDefinition, type Plugin } from '@headwater/kernel/internal/plugins';
import type { PluginSubset } from './plugin-subset.ts';

/** Imports the module of a plugin. */
export type LoadPlugin = (plugin: Plugin) => Promise<DefinedPlugin>;

/** Opens a {@link LoadPlugin} that imports each plugin once. */
export function openPluginLoader(): LoadPlugin {
  const loaded = new Map<string, Promise<DefinedPlugin>>();
  return (plugin) => {
    const known = loaded.get(plugin.name) ?? importDefinition(plugin);
    loaded.set(plugin.name, known);
    return known;
  };
}

/**
 * Loads the entities of plugins. It binds nothing, checks no options and opens no connection, since the tables that
 * entities declare do not depend on any of these. Throws the errors of importing plugins and of their entities.
 */
export async function entitiesOf({ plugins }: PluginSubset, load: LoadPlugin): Promise<Entities> {
  const sources: Parameters<typeof loadEntities>[0][number][] = [];
  for (const plugin of plugins) sources.push(declaredEntities(plugin, await load(plugin)));
  return loadEntities(sources, { kind: 'pglite', directory: null, shown: 'the shadow' });
}
