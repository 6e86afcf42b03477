import type { EntityProperties, Extension } from '../contract/extend-entity.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import {
  baseClass,
  entityName,
  isDecoratedBase,
  readDefinition,
  type EntityClass,
  type EntityDefinition,
} from './entity-definition.ts';
import { claimOf, pluginRef, type PluginEntities } from './plugin-entities.ts';

/** The properties of an extension and the plugin that declares them. */
export interface PluginExtension {
  readonly plugin: PluginEntities;
  readonly properties: EntityProperties;
}

/** The entities of all active plugins, merged but not yet discovered by MikroORM. */
export interface MergedEntities {
  /** Dependencies first. */
  readonly plugins: readonly PluginEntities[];
  readonly definitions: ReadonlyMap<EntityClass, EntityDefinition>;
  readonly owners: ReadonlyMap<EntityClass, PluginEntities>;
  /** By the class that they extend. */
  readonly extensions: ReadonlyMap<EntityClass, readonly PluginExtension[]>;
  /** Properties to leave out of an entity, to find the one that MikroORM rejects. Default: none. */
  readonly omitted?: { readonly of: EntityClass; readonly names: ReadonlySet<string> };
}

/**
 * Merges the entities of all active plugins, passed in dependency order. Throws the errors that can be found without
 * discovery: ENTITY_INVALID, ENTITY_CLASS_MISSING, ENTITY_COLLISION for two entities with the same name,
 * EXTENSION_INVALID, ENTITY_NOT_REGISTERED, ENTITY_NOT_REQUIRED, and COLUMN_COLLISION for two properties with the same
 * name.
 */
export function mergeEntities(plugins: readonly PluginEntities[]): MergedEntities {
  const definitions = new Map<EntityClass, EntityDefinition>();
  const owners = new Map<EntityClass, PluginEntities>();
  const ownersByName = new Map<string, PluginEntities>();
  const listed = plugins.flatMap(({ entities }) => entities);
  for (const plugin of plugins) {
    for (const [index, entry] of plugin.entities.entries()) {
      // MikroORM finds the base classes of entities itself.
      if (isDecoratedBase(entry) && listed.some((other) => extendsClass(other, entry))) continue;
      const definition = readDefinition(entry, index, plugin);
      const other = ownersByName.get(definition.name);
      if (other !== undefined) throw duplicateName(definition.name, [other, plugin]);
      ownersByName.set(definition.name, plugin);
      definitions.set(definition.class, definition);
      owners.set(definition.class, plugin);
    }
  }
  const extensions = new Map<EntityClass, readonly PluginExtension[]>();
  for (const plugin of plugins) {
    for (const entry of plugin.extend) {
      const { target, properties } = readExtension(entry, plugin);
      assertMayExtend(plugin, target, owners);
      extensions.set(target, [...(extensions.get(target) ?? []), Object.freeze({ plugin, properties })]);
    }
  }
  const merged = Object.freeze({ plugins, definitions, owners, extensions });
  assertPropertiesDiffer(merged);
  return merged;
}

function extendsClass(entry: unknown, base: EntityClass): boolean {
  return typeof entry === 'function' && base.isPrototypeOf(entry);
}

function duplicateName(name: string, plugins: readonly PluginEntities[]): KernelError {
  return kernelError('ENTITY_COLLISION', {
    what: 'entity',
    name,
    claims: plugins.map((plugin) => claimOf(name, plugin)),
  });
}

function readExtension(entry: unknown, plugin: PluginEntities): Extension {
  // Only extendEntity sets this `kind`.
  if (typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'extension') {
    return entry as Extension;
  }
  const problem = 'an entry of "extend" is not created by extendEntity';
  throw kernelError('EXTENSION_INVALID', { ...pluginRef(plugin), entity: 'an entity', property: null, problem });
}

function assertMayExtend(plugin: PluginEntities, target: EntityClass, owners: MergedEntities['owners']): void {
  const owner = owners.get(target);
  const details = { ...pluginRef(plugin), from: '"extend"', uses: 'extends', entity: entityName(target) } as const;
  if (owner === undefined) throw kernelError('ENTITY_NOT_REGISTERED', details);
  if (owner === plugin || plugin.requires.includes(owner.name)) return;
  throw kernelError('ENTITY_NOT_REQUIRED', { ...details, owner: owner.name, ownerPackage: owner.package });
}

/** A property of an entity and the plugin that declares it. */
interface DeclaredProperty {
  readonly property: string;
  readonly plugin: PluginEntities;
}

/** A subtype inherits all properties, so a property name must be unique along the inheritance chain. */
function assertPropertiesDiffer(merged: MergedEntities): void {
  for (const [of, { name, parent }] of merged.definitions) {
    const taken = new Map<string, { readonly name: string; readonly plugin: PluginEntities }>();
    for (let above = parent; above !== null; above = merged.definitions.get(above)?.parent ?? baseClass(above)) {
      const entity = entityName(above);
      for (const { property, plugin } of declaredProperties(above, merged)) {
        if (!taken.has(property)) taken.set(property, { name: `${entity}.${property}`, plugin });
      }
    }
    for (const { property, plugin } of declaredProperties(of, merged)) {
      const full = `${name}.${property}`;
      const other = taken.get(property);
      // Within one plugin, a subtype may narrow an inherited property.
      if (other !== undefined && (other.name === full || other.plugin !== plugin)) {
        const claims = [claimOf(other.name, other.plugin), claimOf(full, plugin)];
        throw kernelError('COLUMN_COLLISION', { what: 'property', name: full, claims });
      }
      taken.set(property, { name: full, plugin });
    }
  }
}

function declaredProperties(
  of: EntityClass,
  { definitions, owners, extensions }: MergedEntities,
): readonly DeclaredProperty[] {
  const owner = owners.get(of);
  const own =
    owner === undefined ? [] : (definitions.get(of)?.properties ?? []).map((property) => ({ property, plugin: owner }));
  const added = (extensions.get(of) ?? []).flatMap(({ plugin, properties }) =>
    Object.keys(properties).map((property) => ({ property, plugin })),
  );
  return [...own, ...added];
}
