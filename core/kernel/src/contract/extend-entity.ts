import type { EntityName, EntitySchema, InferEntityFromProperties } from '@mikro-orm/core';

/** The class of an entity, as `setClass` and the `entities` of a plugin take it. */
export type EntityClassOf<Entity extends object> = abstract new (...args: never) => Entity;

/** An entry of a plugin's `entities`: a class, or the schema that `defineEntity` returns if there is no class. */
export type EntityEntry = EntityClassOf<object> | EntitySchema;

/** The properties of an entity by name, in the form of `defineEntity`: `p.integer()` or `() => p.manyToOne(User)`. */
export type EntityProperties = Readonly<Record<string, object>>;

/** Properties that a plugin adds to an entity of another plugin: an entry of a plugin's `extend`. */
export interface Extension {
  /** Distinguishes extensions from other values. */
  readonly kind: 'extension';
  /** The class of the extended entity. */
  readonly target: EntityClassOf<object>;
  /** The added properties. The columns of these properties are added to the table of the entity. */
  readonly properties: EntityProperties;
}

/** An extension with its types: the result of {@link extendEntity}. */
export interface EntityExtension<Target extends object, Properties extends EntityProperties> extends Extension {
  /** The class of the extended entity. */
  readonly target: EntityClassOf<Target>;
  /** The added properties. */
  readonly properties: Properties;
  /**
   * The entity's class with the added properties in its type. Pass it to `find`, `create` and other methods of an
   * EntityManager in place of the class. Code that does not import the extension does not see the properties.
   */
  readonly as: EntityName<ExtendedEntity<Target, Properties>>;
}

/** The type of an entity with the properties that an extension adds to it. */
export type ExtendedEntity<Target extends object, Properties extends EntityProperties> = InferEntityFromProperties<
  Properties,
  undefined,
  Target
>;

/**
 * Adds properties to an entity of a plugin that this plugin requires. List the result under `extend` in `definePlugin`.
 *
 * Each column must be nullable or have a database default, since other plugins insert rows without knowing about it.
 * The columns, and the indexes and keys on them, belong to the plugin that declares them. Never throws. Extensions are
 * checked when the entities of all plugins are merged, which throws EXTENSION_INVALID, EXTENSION_REQUIRED,
 * COLUMN_COLLISION, ENTITY_NOT_REGISTERED and ENTITY_NOT_REQUIRED.
 *
 * @example
 * export const LikedObject = extendEntity(ContentObject, {
 *   likesCount: p.integer().default(0),
 * });
 *
 * const popular = await em.find(LikedObject.as, { likesCount: { $gt: 10 } });
 */
export function extendEntity<Target extends object, const Properties extends EntityProperties>(
  target: EntityClassOf<Target>,
  properties: Properties,
): EntityExtension<Target, Properties> {
  return Object.freeze({
    kind: 'extension',
    target,
    properties: Object.freeze({ ...properties }),
    // At run time it is the same class: within one application an entity has the columns of all active plugins.
    as: target,
  });
}
