import type { EntityMetadata } from '@mikro-orm/core';
import { entityClass } from './entity-definition.ts';
import type { MergedEntities } from './merged-entities.ts';
import { declaredProperty, inheritanceLine, type DiscoveredEntities } from './metadata.ts';
import type { PluginEntities } from './plugin-entities.ts';

/** Returns the plugin that lists an entity. `null` for automatic pivot tables and for entities that no plugin lists. */
export function entityOwner(metadata: EntityMetadata, { owners }: MergedEntities): PluginEntities | null {
  return owners.get(entityClass(metadata.class)) ?? null;
}

/**
 * Returns the plugin that declares a property: the plugin whose extension adds it to the entity or one of its
 * ancestors, or otherwise the owner of the entity. `null` if the entity has no owner.
 */
export function propertyOwner(
  metadata: EntityMetadata,
  name: string,
  entities: DiscoveredEntities,
): PluginEntities | null {
  const declared = declaredProperty(metadata, name);
  for (const ancestor of inheritanceLine(metadata, entities)) {
    const extensions = entities.extensions.get(entityClass(ancestor.class));
    const extension = extensions?.find(({ properties }) => Object.hasOwn(properties, declared));
    if (extension !== undefined) return extension.plugin;
  }
  return entityOwner(metadata, entities);
}
