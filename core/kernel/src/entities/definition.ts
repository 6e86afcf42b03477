import { EntitySchema } from '@mikro-orm/core';
import type { EntityClassOf, EntityEntry } from '../contract/extend-entity.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { who, type EntitySource } from './entity-source.ts';

/** The class of any entity: what identifies it, in every ORM instance. */
export type EntityClass = EntityClassOf<object>;

/** What a plugin's file says of an entity, before MikroORM has looked at it. Read only: other instances share it. */
export interface Definition {
  readonly class: EntityClass;
  /** What the plugin lists: MikroORM knows a schema without a class of its own only by the schema. */
  readonly entry: EntityEntry;
  readonly name: string;
  /** The class it extends; `null` for a root. */
  readonly parent: EntityClass | null;
  /** Names of the properties that it declares itself. */
  readonly properties: readonly string[];
}

/** Reads the entry at `index` of a plugin's `entities`. Throws ENTITY_INVALID and ENTITY_CLASS_MISSING. */
export function definitionOf(entry: unknown, index: number, source: EntitySource): Definition {
  const schema = EntitySchema.is(entry) ? entry : isClass(entry) ? EntitySchema.REGISTRY.get(entry) : undefined;
  if (schema === undefined) {
    if (isClass(entry)) throw kernelError('ENTITY_CLASS_MISSING', { ...who(source), entity: entityName(entry) });
    const problem = `it is ${entry === undefined ? 'undefined' : 'no entity'}`;
    throw kernelError('ENTITY_INVALID', { ...who(source), entity: `entities[${index}]`, problem });
  }
  const { meta } = schema;
  return Object.freeze({
    class: classOf(meta.class),
    entry: isClass(entry) ? entry : schema,
    name: meta.className,
    parent: parentOf(meta.extends),
    // Their values may be functions that name a class which is not yet there.
    properties: Object.freeze(Object.keys(meta.properties)),
  });
}

/** What an entity is called, listed or not. */
export function entityName(of: EntityClass | undefined): string {
  return of === undefined ? 'undefined' : (EntitySchema.REGISTRY.get(of)?.meta.className ?? of.name);
}

/** The class by which MikroORM's metadata names an entity. */
export function classOf(named: unknown): EntityClass {
  // MikroORM's own type has `any` in its place; entities are objects.
  return named as EntityClass;
}

function parentOf(named: unknown): EntityClass | null {
  if (EntitySchema.is(named)) return classOf(named.meta.class);
  return isClass(named) ? named : null;
}

function isClass(value: unknown): value is EntityClass {
  return typeof value === 'function' && value.prototype !== undefined;
}
