import { EntitySchema, Utils, defineEntity, type EntityMetadata } from '@mikro-orm/core';
import type { EntityProperties } from '../contract/extend-entity.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { classOf, entityName } from './definition.ts';
import type { EntityPlan } from './entity-plan.ts';
import { who, type EntitySource } from './entity-source.ts';

/**
 * Adds to an entity's metadata what the plan's plugins extend it with. Called by MikroORM for each entity it discovers,
 * on metadata that belongs to one ORM instance; the definitions, which other instances share, stay as they are. Throws
 * ENTITY_NOT_REGISTERED.
 */
export function extendMetadata(metadata: EntityMetadata, plan: EntityPlan): void {
  const added = plan.extensions.get(classOf(metadata.class));
  if (added === undefined) return;
  for (const { source, properties } of added) {
    for (const [name, property] of Object.entries(readBuilders(properties))) {
      assertTargets(property, `${metadata.className}.${name}`, source, plan);
      // Discovery writes into what it finds.
      Object.assign(metadata.properties, { [name]: { ...Utils.copy(property, false), name } });
    }
  }
  // Brings the new properties into the form that discovery expects: relations get their targets, checks their place.
  EntitySchema.fromMetadata(metadata).init();
}

/** By now MikroORM has found what entities refer to; what an extension refers to it would not look for. */
function assertTargets(property: object, from: string, source: EntitySource, { definitions }: EntityPlan): void {
  // What a relation's builder, or an embedded object's, holds.
  const { entity = () => [] } = property as { readonly entity?: () => unknown };
  for (const target of [entity()].flat()) {
    const of = classOf(EntitySchema.is(target) ? target.meta.class : target);
    if (definitions.has(of)) continue;
    const details = { ...who(source), from, uses: 'refers to', entity: entityName(of) } as const;
    throw kernelError('ENTITY_NOT_REGISTERED', details);
  }
}

/** What `p.integer()` and `() => p.manyToOne(…)` stand for; defineEntity knows. */
function readBuilders(properties: EntityProperties): EntityProperties {
  return defineEntity({ name: 'extension', properties: { ...properties } }).properties;
}
