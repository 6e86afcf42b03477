import { EntitySchema, Utils, defineEntity, type EntityMetadata } from '@mikro-orm/core';
import type { EntityProperties } from '../contract/extend-entity.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { entityClass, entityName } from './entity-definition.ts';
import type { MergedEntities } from './merged-entities.ts';
import { pluginRef, type PluginEntities } from './plugin-entities.ts';

/**
 * Adds the properties of extensions to an entity's metadata. MikroORM calls this for each entity that it discovers. The
 * metadata belongs to one ORM instance; the definitions, which instances share, do not change. Throws
 * ENTITY_NOT_REGISTERED.
 */
export function extendMetadata(metadata: EntityMetadata, merged: MergedEntities): void {
  const extensions = merged.extensions.get(entityClass(metadata.class));
  if (extensions === undefined) return;
  for (const { plugin, properties } of extensions) {
    for (const [name, property] of Object.entries(readBuilders(properties))) {
      assertTargetsListed(property, `${metadata.className}.${name}`, plugin, merged);
      // A copy, since discovery modifies the properties.
      Object.assign(metadata.properties, { [name]: { ...Utils.copy(property, false), name } });
    }
  }
  // Converts the new properties, such as the targets of relations, to the form that discovery expects.
  EntitySchema.fromMetadata(metadata).init();
}

/**
 * Checks that the targets of an extension's relations are listed. By this point MikroORM has already collected the
 * targets of the entities' own relations, and it would not collect those of extensions.
 */
function assertTargetsListed(
  property: object,
  from: string,
  plugin: PluginEntities,
  { definitions }: MergedEntities,
): void {
  // The builders of relations and embedded objects have an `entity` function.
  const { entity = () => [] } = property as { readonly entity?: () => unknown };
  for (const target of [entity()].flat()) {
    const of = entityClass(EntitySchema.is(target) ? target.meta.class : target);
    if (definitions.has(of)) continue;
    const details = { ...pluginRef(plugin), from, uses: 'refers to', entity: entityName(of) } as const;
    throw kernelError('ENTITY_NOT_REGISTERED', details);
  }
}

/** Converts builders like `p.integer()` and `() => p.manyToOne(…)` to properties, with defineEntity. */
export function readBuilders(properties: EntityProperties): EntityProperties {
  return defineEntity({ name: 'extension', properties: { ...properties } }).properties;
}
