import { ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { nameText, qualifiedName } from '../sql/qualified-name.ts';
import type { EntitySource } from './entity-source.ts';
import { ownerOf, ownerOfProperty, type KnownPlan } from './owners.ts';

/** Who declares something: a plugin, by a property of an entity. */
export interface Declarer {
  readonly source: EntitySource;
  readonly meta: EntityMetadata;
  readonly property: string | null;
}

/** A table that an entity or a many-to-many relation asks for. */
export interface TableClaim extends Declarer {
  readonly table: string;
  readonly kind: 'table' | 'view' | 'pivot';
  /** What it holds: the entity's own metadata, or that of the pivot. */
  readonly holds: EntityMetadata;
}

/** Returns the name of a table or type in a schema as MikroORM gives it, where `*` stands for the default schema. */
export function nameInSchema(name: string, schema: string | undefined): string {
  return nameText(qualifiedName(schema === '*' ? undefined : schema, name));
}

/** All tables that the entities ask for. One that is asked for twice is in it twice. */
export function tableClaims(plan: KnownPlan): readonly TableClaim[] {
  return [...plan.metadata.values()].flatMap((meta): readonly TableClaim[] => {
    const source = ownerOf(meta, plan);
    if (source === null || !hasTable(meta)) return [];
    const kind = meta.view === true ? 'view' : 'table';
    const own: TableClaim = { table: tableOf(meta), kind, source, meta, property: null, holds: meta };
    return [own, ...pivotsOf(meta, plan)];
  });
}

/** The qualified name of an entity's table. */
export function tableOf(meta: EntityMetadata): string {
  return nameInSchema(meta.tableName, meta.schema);
}

/** Whether an entity has a table to itself: subtypes that share their root's have not. */
export function hasTable(meta: EntityMetadata): boolean {
  const shares = meta.root.inheritanceType === 'sti' && meta.root !== meta;
  return meta.name !== undefined && !meta.embeddable && !meta.virtual && !shares;
}

/** Pivot tables that MikroORM makes for an entity's many-to-many relations; one with an entity of its own is that one's. */
function pivotsOf(meta: EntityMetadata, plan: KnownPlan): readonly TableClaim[] {
  return Object.values(meta.properties).flatMap((property): readonly TableClaim[] => {
    const holds = madePivot(property, plan);
    const source = ownerOfProperty(meta, property.name, plan);
    if (holds === null || source === null) return [];
    return [{ table: tableOf(holds), kind: 'pivot', source, meta, property: property.name, holds }];
  });
}

/** The metadata of the pivot table that MikroORM made for a property; `null` where it made none. */
export function madePivot(property: EntityProperty, plan: KnownPlan): EntityMetadata | null {
  if (property.kind !== ReferenceKind.MANY_TO_MANY || !property.owner) return null;
  const pivot = plan.metadata.get(property.pivotEntity);
  return pivot !== undefined && isMade(pivot) ? pivot : null;
}

/** Whether MikroORM made an entity for a pivot table: it calls such a one by its table. */
export function isMade({ pivotTable, className, tableName }: EntityMetadata): boolean {
  return pivotTable === true && className.split('.').at(-1) === tableName;
}

/** Who declares a column of a table: of a pivot, whoever declares the relation. */
export function declarerOf(column: string, claim: TableClaim, plan: KnownPlan): Declarer {
  const { holds, source, meta } = claim;
  if (claim.kind === 'pivot') return claim;
  const property = ownProperties(holds).find(({ fieldNames }) => fieldNames?.includes(column));
  if (property === undefined) return { source, meta, property: null };
  // The key of a subtype is inherited; its column in the subtype's table is not.
  const inherited = holds.tptParent !== undefined && property.primary === true;
  const owner = inherited ? source : ownerOfProperty(holds, property.name, plan);
  return { source: owner ?? source, meta, property: property.name };
}

/** The properties whose columns an entity's own table has. */
export function ownProperties(meta: EntityMetadata): readonly EntityProperty[] {
  const properties = Object.values(meta.properties);
  const isChild = meta.inheritanceType === 'tpt' && meta.tptParent !== undefined;
  return isChild
    ? [...new Set([...(meta.ownProps ?? []), ...properties.filter(({ primary }) => primary)])]
    : properties;
}
