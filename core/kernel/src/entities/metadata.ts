import { EntitySchema, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { entityClass } from './entity-definition.ts';
import type { MergedEntities } from './merged-entities.ts';

/** Merged entities with the metadata that MikroORM discovered for one ORM instance, by class. */
export interface DiscoveredEntities extends MergedEntities {
  readonly metadata: ReadonlyMap<object, EntityMetadata>;
}

/** Returns a property by name, which MikroORM's type does not allow for arbitrary strings. */
export function findProperty({ properties }: EntityMetadata, name: string): EntityProperty | undefined {
  const byName: Readonly<Record<string, EntityProperty>> = properties;
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}

/**
 * Returns the name of the property as its entity declares it. MikroORM makes a separate property for each column of an
 * embedded object; for these, the name of the embedded property is returned.
 */
export function declaredProperty(metadata: EntityMetadata, name: string): string {
  const parent = findProperty(metadata, name)?.embedded?.[0];
  return parent === undefined || parent === name ? name : declaredProperty(metadata, parent);
}

/** Returns an entity and the entities that it extends, nearest first. */
export function inheritanceLine(metadata: EntityMetadata, entities: DiscoveredEntities): readonly EntityMetadata[] {
  const parent = parentEntity(metadata, entities);
  return parent === null ? [metadata] : [metadata, ...inheritanceLine(parent, entities)];
}

/** Returns the entity that an entity extends, which may be abstract. */
export function parentEntity(metadata: EntityMetadata, entities: DiscoveredEntities): EntityMetadata | null {
  const named: unknown = metadata.extends;
  if (named === undefined || named === null) return null;
  const parent = entities.metadata.get(entityClass(EntitySchema.is(named) ? named.meta.class : named));
  return parent === undefined || parent === metadata ? null : parent;
}
