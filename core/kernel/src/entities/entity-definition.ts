import { EntitySchema } from '@mikro-orm/core';
import type { EntityClassOf, EntityEntry } from '../contract/extend-entity.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { pluginRef, type PluginEntities } from './plugin-entities.ts';

/** The class of an entity. It identifies the entity in every ORM instance. */
export type EntityClass = EntityClassOf<object>;

/** An entity as its plugin defines it, before MikroORM discovers it. Read-only, since ORM instances share it. */
export interface EntityDefinition {
  readonly class: EntityClass;
  /** The entry in the plugin's list. MikroORM identifies a schema without a class by the schema itself. */
  readonly entry: EntityEntry;
  readonly name: string;
  /** The class that it extends; `null` for a root. */
  readonly parent: EntityClass | null;
  /** The names of the properties that it declares itself. */
  readonly properties: readonly string[];
}

/** Reads the entry at `index` of a plugin's `entities`. Throws ENTITY_INVALID and ENTITY_CLASS_MISSING. */
export function readDefinition(entry: unknown, index: number, plugin: PluginEntities): EntityDefinition {
  const schema = EntitySchema.is(entry) ? entry : isClass(entry) ? EntitySchema.REGISTRY.get(entry) : undefined;
  if (schema === undefined) {
    if (isClass(entry)) throw kernelError('ENTITY_CLASS_MISSING', { ...pluginRef(plugin), entity: entityName(entry) });
    const problem = `it is ${entry === undefined ? 'undefined' : 'not an entity'}`;
    throw kernelError('ENTITY_INVALID', { ...pluginRef(plugin), entity: `entities[${index}]`, problem });
  }
  const { meta } = schema;
  return Object.freeze({
    class: entityClass(meta.class),
    entry: isClass(entry) ? entry : schema,
    name: meta.className,
    parent: parentClass(meta.extends),
    // Read only the names. The values may be functions, and these may refer to a class that is not defined yet.
    properties: Object.freeze(Object.keys(meta.properties)),
  });
}

/** Returns the name of an entity, whether or not a plugin lists it. */
export function entityName(of: EntityClass | undefined): string {
  return of === undefined ? 'undefined' : (EntitySchema.REGISTRY.get(of)?.meta.className ?? of.name);
}

/** Narrows the type of a class in MikroORM's metadata. */
export function entityClass(named: unknown): EntityClass {
  // MikroORM's type is `any` here; entities are objects.
  return named as EntityClass;
}

function parentClass(named: unknown): EntityClass | null {
  if (EntitySchema.is(named)) return entityClass(named.meta.class);
  return isClass(named) ? named : null;
}

function isClass(value: unknown): value is EntityClass {
  return typeof value === 'function' && value.prototype !== undefined;
}
