import { DeferMode, ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import type { EntityUse } from '../error/codes/schema.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { who, type EntitySource } from './entity-source.ts';
import { lineOf, ownerOf, ownerOfProperty, parentOf, type KnownPlan } from './owners.ts';
import { hasTable, isMade, madePivot, ownProperties } from './tables.ts';

/**
 * Refuses entities that refer to what nobody listed or their plugin does not require, and inheritance that does not
 * work across plugins. Throws ENTITY_NOT_REGISTERED, ENTITY_NOT_REQUIRED, INHERITANCE_REFUSED, RELATION_INHERITED,
 * RELATION_NOT_DEFERRED.
 */
export function assertReferences(plan: KnownPlan): void {
  for (const meta of plan.metadata.values()) {
    const owner = ownerOf(meta, plan);
    if (owner === null) continue;
    assertParent(meta, owner, plan);
    for (const property of ownProperties(meta)) assertTargets(meta, property, plan);
    for (const property of Object.values(meta.properties)) assertOwnPivot(meta, property, owner, plan);
  }
}

function assertParent(meta: EntityMetadata, owner: EntitySource, plan: KnownPlan): void {
  const parent = parentOf(meta, plan);
  // An abstract class is no entity: whoever extends it has its columns as their own.
  if (parent === null || !hasTable(parent.root)) return;
  assertMayUse({ source: owner, from: meta.className, uses: 'inherits from', used: parent }, plan);
  const other = ownerOf(parent, plan);
  if (other === null || other === owner || meta.inheritanceType === 'tpt') return;
  const kind = meta.root.inheritanceType === 'sti' ? 'single-table' : 'copied';
  const details = { ...who(owner), entity: meta.className, base: parent.className, owner: other.name, kind } as const;
  throw kernelError('INHERITANCE_REFUSED', details);
}

function assertTargets(meta: EntityMetadata, property: EntityProperty, plan: KnownPlan): void {
  // MikroORM gives the target of a many-to-many relation a hidden way back, which its plugin did not ask for.
  const isWayBack = property.kind === ReferenceKind.MANY_TO_MANY && !property.owner && property.hydrate === false;
  const source = ownerOfProperty(meta, property.name, plan);
  if (isWayBack || source === null) return;
  const pivot = property.kind === ReferenceKind.MANY_TO_MANY ? plan.metadata.get(property.pivotEntity) : undefined;
  const targets = [...(property.polymorphTargets ?? [property.targetMeta]), pivot];
  for (const used of targets) {
    if (used === undefined) continue;
    assertMayUse({ source, from: `${meta.className}.${property.name}`, uses: 'refers to', used }, plan);
    assertDeferred(meta, property, source, used);
  }
}

/**
 * MikroORM 7.2 orders what it writes by the roots of what it refers to, so a row that refers to a subtype may be written
 * before the subtype's own. A foreign key that is checked at commit does not mind.
 */
function assertDeferred(
  meta: EntityMetadata,
  property: EntityProperty,
  source: EntitySource,
  used: EntityMetadata,
): void {
  const isKey =
    property.kind === ReferenceKind.MANY_TO_ONE || (property.kind === ReferenceKind.ONE_TO_ONE && property.owner);
  if (!isKey || used.tptParent === undefined || !property.createForeignKeyConstraint) return;
  if (property.deferMode === DeferMode.INITIALLY_DEFERRED) return;
  const details = { entity: meta.className, property: property.name, target: used.className };
  throw kernelError('RELATION_NOT_DEFERRED', { ...who(source), ...details });
}

interface Use {
  readonly source: EntitySource;
  readonly from: string;
  readonly uses: EntityUse;
  readonly used: EntityMetadata;
}

function assertMayUse({ source, from, uses, used }: Use, plan: KnownPlan): void {
  const owner = ownerOf(used, plan);
  const details = { ...who(source), from, uses, entity: used.className };
  if (owner === null) {
    // What has no table of its own, like an embeddable, is part of who uses it.
    if (hasTable(used) && !isMade(used)) throw kernelError('ENTITY_NOT_REGISTERED', details);
    return;
  }
  if (owner === source || source.requires.includes(owner.name)) return;
  throw kernelError('ENTITY_NOT_REQUIRED', { ...details, owner: owner.name, ownerPackage: owner.package });
}

/** MikroORM makes a pivot table for each subtype that inherits a relation: tables that no plugin's revisions create. */
function assertOwnPivot(meta: EntityMetadata, property: EntityProperty, owner: EntitySource, plan: KnownPlan): void {
  const pivot = madePivot(property, plan);
  const declaring = lineOf(meta, plan).findLast((above) => Object.hasOwn(above.properties, property.name));
  if (pivot === null || declaring === undefined || declaring === meta) return;
  const other = ownerOfProperty(declaring, property.name, plan);
  if (other === null || other === owner) return;
  throw kernelError('RELATION_INHERITED', {
    ...who(other),
    entity: declaring.className,
    property: property.name,
    subtype: meta.className,
    subtypeOwner: owner.name,
    table: pivot.tableName,
  });
}
