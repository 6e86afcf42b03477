import { DeferMode, ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import type { EntityUse } from '../error/codes/entities.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { entityOwner, propertyOwner } from './entity-owner.ts';
import { automaticPivot, hasTable, isAutomaticPivot, ownProperties } from './entity-tables.ts';
import { inheritanceLine, parentEntity, type DiscoveredEntities } from './metadata.ts';
import { pluginRef, type PluginEntities } from './plugin-entities.ts';

/**
 * Checks that entities refer only to entities that a required plugin lists, and that inheritance works across plugins.
 * Throws ENTITY_NOT_REGISTERED, ENTITY_NOT_REQUIRED, INHERITANCE_REFUSED, RELATION_INHERITED and RELATION_NOT_DEFERRED.
 */
export function assertReferences(entities: DiscoveredEntities): void {
  for (const meta of entities.metadata.values()) {
    const owner = entityOwner(meta, entities);
    if (owner === null) continue;
    assertParent(meta, owner, entities);
    for (const property of ownProperties(meta)) assertTargets(meta, property, entities);
    for (const property of Object.values(meta.properties)) assertPivotNotInherited(meta, property, owner, entities);
  }
}

function assertParent(meta: EntityMetadata, owner: PluginEntities, entities: DiscoveredEntities): void {
  const parent = parentEntity(meta, entities);
  // An abstract class does not count as an entity, since the entities that extend it get copies of its columns.
  if (parent === null || !hasTable(parent.root)) return;
  assertMayUse({ plugin: owner, from: meta.className, uses: 'inherits from', used: parent }, entities);
  const other = entityOwner(parent, entities);
  if (other === null || other === owner || meta.inheritanceType === 'tpt') return;
  const kind = meta.root.inheritanceType === 'sti' ? 'single-table' : 'copied';
  const details = { entity: meta.className, base: parent.className, owner: other.name, kind } as const;
  throw kernelError('INHERITANCE_REFUSED', { ...pluginRef(owner), ...details });
}

function assertTargets(meta: EntityMetadata, property: EntityProperty, entities: DiscoveredEntities): void {
  // MikroORM adds a hidden inverse side to the target of a many-to-many relation, which no plugin declared.
  const isHiddenInverse = property.kind === ReferenceKind.MANY_TO_MANY && !property.owner && property.hydrate === false;
  const plugin = propertyOwner(meta, property.name, entities);
  if (isHiddenInverse || plugin === null) return;
  const pivot = property.kind === ReferenceKind.MANY_TO_MANY ? entities.metadata.get(property.pivotEntity) : undefined;
  const targets = [...(property.polymorphTargets ?? [property.targetMeta]), pivot];
  for (const used of targets) {
    if (used === undefined) continue;
    assertMayUse({ plugin, from: `${meta.className}.${property.name}`, uses: 'refers to', used }, entities);
    assertDeferred(meta, property, plugin, used);
  }
}

/**
 * MikroORM 7.2 orders writes by the roots of the referenced entities. It may therefore write a row before the subtype
 * row that it refers to, which only works if the foreign key is checked at commit.
 */
function assertDeferred(
  meta: EntityMetadata,
  property: EntityProperty,
  plugin: PluginEntities,
  used: EntityMetadata,
): void {
  const isForeignKey =
    property.kind === ReferenceKind.MANY_TO_ONE || (property.kind === ReferenceKind.ONE_TO_ONE && property.owner);
  if (!isForeignKey || used.tptParent === undefined || !property.createForeignKeyConstraint) return;
  if (property.deferMode === DeferMode.INITIALLY_DEFERRED) return;
  const details = { entity: meta.className, property: property.name, target: used.className };
  throw kernelError('RELATION_NOT_DEFERRED', { ...pluginRef(plugin), ...details });
}

interface Use {
  readonly plugin: PluginEntities;
  readonly from: string;
  readonly uses: EntityUse;
  readonly used: EntityMetadata;
}

function assertMayUse({ plugin, from, uses, used }: Use, entities: DiscoveredEntities): void {
  const owner = entityOwner(used, entities);
  const details = { ...pluginRef(plugin), from, uses, entity: used.className };
  if (owner === null) {
    // An entity without a table, such as an embeddable, is part of the entity that uses it.
    if (hasTable(used) && !isAutomaticPivot(used)) throw kernelError('ENTITY_NOT_REGISTERED', details);
    return;
  }
  if (owner === plugin || plugin.requires.includes(owner.name)) return;
  throw kernelError('ENTITY_NOT_REQUIRED', { ...details, owner: owner.name, ownerPackage: owner.package });
}

/**
 * Checks that no many-to-many relation is inherited from another plugin's entity: MikroORM expects a separate pivot
 * table for each subtype that inherits the relation, and no plugin's revisions create these tables.
 */
function assertPivotNotInherited(
  meta: EntityMetadata,
  property: EntityProperty,
  owner: PluginEntities,
  entities: DiscoveredEntities,
): void {
  const pivot = automaticPivot(property, entities);
  const declaring = inheritanceLine(meta, entities).findLast((above) => Object.hasOwn(above.properties, property.name));
  if (pivot === null || declaring === undefined || declaring === meta) return;
  const other = propertyOwner(declaring, property.name, entities);
  if (other === null || other === owner) return;
  throw kernelError('RELATION_INHERITED', {
    ...pluginRef(other),
    entity: declaring.className,
    property: property.name,
    subtype: meta.className,
    subtypeOwner: owner.name,
    table: pivot.tableName,
  });
}
