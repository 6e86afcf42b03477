import { EntitySchema, Utils, defineEntity, type EntityMetadata } from '@mikro-orm/core';
import { classOf } from './definition.ts';
import type { EntityPlan } from './entity-plan.ts';

/**
 * Adds to an entity's metadata what the plan's plugins extend it with. Called by MikroORM for each entity it discovers,
 * on metadata that belongs to one ORM instance; the definitions, which other instances share, stay as they are.
 */
export function extendMetadata(metadata: EntityMetadata, { extensions }: EntityPlan): void {
  const added = extensions.get(classOf(metadata.class));
  if (added === undefined) return;
  for (const { properties } of added) {
    // defineEntity reads property builders; the copy is needed since discovery writes into what it finds.
    const { meta } = Utils.copy(
      defineEntity({ name: `${metadata.className} extension`, properties: { ...properties } }),
      false,
    );
    for (const [name, property] of Object.entries(meta.properties)) {
      Object.assign(metadata.properties, { [name]: Utils.copy({ ...property, name }, false) });
    }
  }
  // Brings the new properties into the form that discovery expects: relations get their targets, checks their place.
  EntitySchema.fromMetadata(metadata).init();
}
