import { BaseEntity, EntitySchema, MetadataStorage, type EntityMetadata } from '@mikro-orm/core';
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
  if (isClass(entry)) return definitionOfClass(entry, plugin);
  if (EntitySchema.is(entry)) return definitionOf(entityClass(entry.meta.class), entry, entry.meta);
  const problem = `it is ${entry === undefined ? 'undefined' : 'not an entity'}`;
  throw kernelError('ENTITY_INVALID', { ...pluginRef(plugin), entity: `entities[${index}]`, problem });
}

function definitionOfClass(of: EntityClass, plugin: PluginEntities): EntityDefinition {
  const meta = entityMetadata(of);
  if (meta === null) {
    const decorated = hasDecorators(of);
    throw kernelError('ENTITY_CLASS_MISSING', { ...pluginRef(plugin), entity: entityName(of), decorated });
  }
  return definitionOf(of, of, meta);
}

/** Whether an entry is a class whose properties are decorated, but not the class itself: a base of entities. */
export function isDecoratedBase(entry: unknown): entry is EntityClass {
  return (
    isClass(entry) && !EntitySchema.REGISTRY.has(entry) && decoratedMetadata(entry) === null && hasDecorators(entry)
  );
}

function definitionOf(of: EntityClass, entry: EntityEntry, meta: EntityMetadata): EntityDefinition {
  return Object.freeze({
    class: of,
    entry,
    name: meta.className,
    parent: parentClass(meta.extends) ?? baseClass(of),
    // Read only the names. The values may be functions, and these may refer to a class that is not defined yet.
    properties: Object.freeze(ownProperties(of, meta)),
  });
}

/** Returns the metadata of an entity as its plugin defines it; `null` for a class that is not an entity. */
export function entityMetadata(of: EntityClass): EntityMetadata | null {
  return EntitySchema.REGISTRY.get(of)?.meta ?? decoratedMetadata(of);
}

/** Returns the metadata that `@Entity()` or `@Embeddable()` left on a class, legacy or ES; `null` without them. */
export function decoratedMetadata(of: EntityClass): EntityMetadata | null {
  const meta = storedMetadata(of);
  // Legacy decorators of properties alone leave metadata too, with a class of its own.
  return meta?.class === of ? meta : null;
}

function storedMetadata(of: EntityClass): EntityMetadata | undefined {
  const { META_SYMBOL } = MetadataStorage;
  // The symbol is MikroORM's, which stores nothing else under it.
  return Object.hasOwn(of, META_SYMBOL) ? (of as unknown as Record<symbol, EntityMetadata>)[META_SYMBOL] : undefined;
}

/** Whether a class, or a class that it extends, has decorators of MikroORM. */
function hasDecorators(of: EntityClass | null): boolean {
  if (of === null) return false;
  return storedMetadata(of) !== undefined || Object.keys(esProperties(of)).length > 0 || hasDecorators(baseClass(of));
}

/** Returns the class that a class extends; `null` for a root, and for the base class that MikroORM itself offers. */
export function baseClass(of: EntityClass): EntityClass | null {
  const base: unknown = Object.getPrototypeOf(of);
  return isClass(base) && base !== BaseEntity && base.name !== '' ? base : null;
}

/** ES decorators list inherited properties too, since `context.metadata` inherits from the base class. */
function ownProperties(of: EntityClass, { properties }: EntityMetadata): string[] {
  const inherited = esProperties(baseClass(of));
  const own = esProperties(of);
  return Object.keys(properties).filter((name) => inherited[name] === undefined || inherited[name] !== own[name]);
}

/** Returns the properties that MikroORM's ES decorators left on a class or its bases, by name. */
function esProperties(of: EntityClass | null): Readonly<Record<string, unknown>> {
  // Node has no `Symbol.metadata`; MikroORM's decorators define it.
  const { metadata } = Symbol as { readonly metadata?: symbol };
  if (of === null || metadata === undefined) return {};
  return { ...(of as unknown as Record<symbol, { readonly properties?: object } | undefined>)[metadata]?.properties };
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
