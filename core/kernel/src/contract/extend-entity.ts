import type { EntityName, EntitySchema, InferEntityFromProperties } from '@mikro-orm/core';

/** A class that stands for an entity, as `setClass` and `entities: […]` take it. */
export type EntityClassOf<Entity extends object> = abstract new (...args: never) => Entity;

/** An entry of a plugin's `entities`: a class, or what defineEntity gives where there is no class. */
export type EntityEntry = EntityClassOf<object> | EntitySchema;

/** The properties of an entity by name, as `defineEntity` takes them: `p.integer()`, or `() => p.manyToOne(User)`. */
export type EntityProperties = Readonly<Record<string, object>>;

/** Properties, and with them columns, that a plugin adds to an entity of another plugin: an entry of `extend`. */
export interface Extension {
  readonly kind: 'extension';
  /** The entity's class. */
  readonly target: EntityClassOf<object>;
  readonly properties: EntityProperties;
}

/** An extension with its types: what {@link extendEntity} gives. */
export interface EntityExtension<Target extends object, Properties extends EntityProperties> extends Extension {
  readonly target: EntityClassOf<Target>;
  readonly properties: Properties;
  /**
   * The entity's class with the properties in its type: what `find`, `create` and the other methods of an EntityManager
   * take as the entity's name. Nobody who does not import the extension sees them.
   */
  readonly as: EntityName<ExtendedEntity<Target, Properties>>;
}

/** An entity with what an extension adds to it. */
export type ExtendedEntity<Target extends object, Properties extends EntityProperties> = InferEntityFromProperties<
  Properties,
  undefined,
  Target
>;

/**
 * Declares properties on an entity of a plugin that this one requires. A column must be nullable or have a default in
 * the database: without this plugin rows are inserted by code that does not know it. The columns, and indexes and keys
 * over them, belong to the plugin that declares them. Listed under `extend` in `definePlugin`; checked when the
 * entities of all plugins are put together.
 */
export function extendEntity<Target extends object, const Properties extends EntityProperties>(
  target: EntityClassOf<Target>,
  properties: Properties,
): EntityExtension<Target, Properties> {
  return Object.freeze({
    kind: 'extension',
    target,
    properties: Object.freeze({ ...properties }),
    // The same class at run time: in one application an entity has all the columns that its plugins give it.
    as: target,
  });
}
