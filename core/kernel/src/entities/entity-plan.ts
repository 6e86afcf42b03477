import type { EntityProperties, Extension } from '../contract/extend-entity.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { definitionOf, entityName, type Definition, type EntityClass } from './definition.ts';
import { claim, who, type EntitySource } from './entity-source.ts';

/** An extension and the plugin that declares it. */
export interface PlannedExtension {
  readonly source: EntitySource;
  readonly properties: EntityProperties;
}

/** The entities of all activated plugins, put together but not yet looked at by MikroORM. */
export interface EntityPlan {
  /** Dependencies first, as given. */
  readonly sources: readonly EntitySource[];
  readonly definitions: ReadonlyMap<EntityClass, Definition>;
  readonly owners: ReadonlyMap<EntityClass, EntitySource>;
  /** By the class they extend. */
  readonly extensions: ReadonlyMap<EntityClass, readonly PlannedExtension[]>;
}

/**
 * Puts the entities of all activated plugins together, given dependencies first. Throws what can be seen from the
 * definitions alone: ENTITY_INVALID, ENTITY_CLASS_MISSING, ENTITY_COLLISION for two entities of one name,
 * EXTENSION_INVALID, ENTITY_NOT_REGISTERED, ENTITY_NOT_REQUIRED and COLUMN_COLLISION for two properties of one name.
 */
export function mergeEntities(sources: readonly EntitySource[]): EntityPlan {
  const definitions = new Map<EntityClass, Definition>();
  const owners = new Map<EntityClass, EntitySource>();
  const names = new Map<string, EntitySource>();
  for (const source of sources) {
    for (const [index, entry] of source.entities.entries()) {
      const definition = definitionOf(entry, index, source);
      const other = names.get(definition.name);
      if (other !== undefined) throw namedTwice(definition.name, [other, source]);
      names.set(definition.name, source);
      definitions.set(definition.class, definition);
      owners.set(definition.class, source);
    }
  }
  const extensions = new Map<EntityClass, readonly PlannedExtension[]>();
  for (const source of sources) {
    for (const entry of source.extend) {
      const { target, properties } = extensionOf(entry, source);
      assertMayExtend(source, target, owners);
      extensions.set(target, [...(extensions.get(target) ?? []), Object.freeze({ source, properties })]);
    }
  }
  const plan = Object.freeze({ sources, definitions, owners, extensions });
  assertPropertiesDiffer(plan);
  return plan;
}

function namedTwice(name: string, sources: readonly EntitySource[]): KernelError {
  return kernelError('ENTITY_COLLISION', {
    what: 'entity',
    name,
    claims: sources.map((source) => claim(name, source)),
  });
}

function extensionOf(entry: unknown, source: EntitySource): Extension {
  // `kind` is what extendEntity writes, and nothing else does.
  if (typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'extension') {
    return entry as Extension;
  }
  const problem = 'an entry of "extend" is not made by extendEntity';
  throw kernelError('EXTENSION_INVALID', { ...who(source), entity: 'an entity', property: null, problem });
}

function assertMayExtend(source: EntitySource, target: EntityClass, owners: EntityPlan['owners']): void {
  const owner = owners.get(target);
  const details = { ...who(source), from: '"extend"', uses: 'extends', entity: entityName(target) } as const;
  if (owner === undefined) throw kernelError('ENTITY_NOT_REGISTERED', details);
  if (owner === source || source.requires.includes(owner.name)) return;
  throw kernelError('ENTITY_NOT_REQUIRED', { ...details, owner: owner.name, ownerPackage: owner.package });
}

/** A property that an entity has, and the plugin that declared it. */
interface Declared {
  readonly property: string;
  readonly source: EntitySource;
}

/** A subtype has the properties of what it extends, so a name is taken for the whole line of ancestors. */
function assertPropertiesDiffer(plan: EntityPlan): void {
  for (const [of, { name, parent }] of plan.definitions) {
    const taken = new Map<string, { readonly name: string; readonly source: EntitySource }>();
    for (let above = parent; above !== null; above = plan.definitions.get(above)?.parent ?? null) {
      const entity = entityName(above);
      for (const { property, source } of declaredOn(above, plan)) {
        if (!taken.has(property)) taken.set(property, { name: `${entity}.${property}`, source });
      }
    }
    for (const { property, source } of declaredOn(of, plan)) {
      const full = `${name}.${property}`;
      const other = taken.get(property);
      // Within one plugin an author may narrow what a subtype inherits.
      if (other !== undefined && (other.name === full || other.source !== source)) {
        const claims = [claim(other.name, other.source), claim(full, source)];
        throw kernelError('COLUMN_COLLISION', { what: 'property', name: full, claims });
      }
      taken.set(property, { name: full, source });
    }
  }
}

function declaredOn(of: EntityClass, { definitions, owners, extensions }: EntityPlan): readonly Declared[] {
  const owner = owners.get(of);
  const own =
    owner === undefined ? [] : (definitions.get(of)?.properties ?? []).map((property) => ({ property, source: owner }));
  const added = (extensions.get(of) ?? []).flatMap(({ source, properties }) =>
    Object.keys(properties).map((property) => ({ property, source })),
  );
  return [...own, ...added];
}
