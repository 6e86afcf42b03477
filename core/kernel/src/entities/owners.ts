import { EntitySchema, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { classOf } from './definition.ts';
import type { EntityPlan } from './entity-plan.ts';
import type { EntitySource } from './entity-source.ts';

/** A plan with what MikroORM made of it: the metadata of one ORM instance, by class. */
export interface KnownPlan extends EntityPlan {
  readonly metadata: ReadonlyMap<object, EntityMetadata>;
}

/** The plugin whose entity `metadata` is; `null` for a pivot table that MikroORM made, and for what nobody listed. */
export function ownerOf(metadata: EntityMetadata, { owners }: EntityPlan): EntitySource | null {
  return owners.get(classOf(metadata.class)) ?? null;
}

/**
 * The plugin that declared a property: the one that extends the entity, or an entity it inherits from, with it; else
 * the entity's owner. `null` where nobody owns the entity.
 */
export function ownerOfProperty(metadata: EntityMetadata, name: string, plan: KnownPlan): EntitySource | null {
  const declared = rootPropertyOf(metadata, name);
  for (const of of lineOf(metadata, plan)) {
    const added = plan.extensions.get(classOf(of.class))?.find(({ properties }) => Object.hasOwn(properties, declared));
    if (added !== undefined) return added.source;
  }
  return ownerOf(metadata, plan);
}

/** An embedded object's columns are properties of their own; this is the one that was declared. */
export function rootPropertyOf(metadata: EntityMetadata, name: string): string {
  const parent = propertyOf(metadata, name)?.embedded?.[0];
  return parent === undefined || parent === name ? name : rootPropertyOf(metadata, parent);
}

/** A property by its name, which MikroORM's type wants to know beforehand. */
export function propertyOf({ properties }: EntityMetadata, name: string): EntityProperty | undefined {
  const byName: Readonly<Record<string, EntityProperty>> = properties;
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}

/** The entity and what it extends, nearest first. */
export function lineOf(metadata: EntityMetadata, plan: KnownPlan): readonly EntityMetadata[] {
  const parent = parentOf(metadata, plan);
  return parent === null ? [metadata] : [metadata, ...lineOf(parent, plan)];
}

/** The entity that an entity extends, abstract ones included. */
export function parentOf(metadata: EntityMetadata, plan: KnownPlan): EntityMetadata | null {
  const named: unknown = metadata.extends;
  if (named === undefined || named === null) return null;
  const parent = plan.metadata.get(classOf(EntitySchema.is(named) ? named.meta.class : named));
  return parent === undefined || parent === metadata ? null : parent;
}
