import type { DefinedPlugin } from '../contract/define-plugin.ts';
import type { PluginEntities } from '../entities/plugin-entities.ts';
import { hardRequirements, type Plugin } from '../plugin/plugin-set.ts';

/**
 * Returns the entities and extensions that a plugin's definition declares. `requires` lists the plugins that these may
 * refer to.
 */
export function declaredEntities(
  plugin: Pick<Plugin, 'name' | 'package' | 'requires'>,
  definition: Pick<DefinedPlugin, 'entities' | 'extend' | 'metadataProvider'>,
): PluginEntities {
  return {
    name: plugin.name,
    package: plugin.package,
    requires: hardRequirements(plugin),
    entities: definition.entities ?? [],
    extend: definition.extend ?? [],
    metadataProvider: definition.metadataProvider ?? null,
  };
}
