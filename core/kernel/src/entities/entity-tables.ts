import { ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { nameText, qualifiedName } from '../sql/qualified-name.ts';
import { entityOwner, propertyOwner } from './entity-owner.ts';
import type { DiscoveredEntities } from './metadata.ts';
import type { PluginEntities } from './plugin-entities.ts';

/** The declaration of a table or column: the plugin, the entity and the property. */
export interface Declaration {
  readonly plugin: PluginEntities;
  readonly meta: EntityMetadata;
  /** `null` if the entity itself declares it. */
  readonly property: string | null;
}

/** A table of an entity or of a many-to-many relation. */
export interface EntityTable extends Declaration {
  readonly table: string;
  readonly kind: 'table' | 'view' | 'pivot';
  /** The metadata of the rows: that of the entity, or of the pivot entity that MikroORM generated. */
  readonly rows: EntityMetadata;
}

/** Returns the name of a table or type, qualified unless it is in the schema `public`. */
export function qualifiedText(name: string, schema: string | undefined): string {
  // MikroORM's `*` stands for the default schema.
  return nameText(qualifiedName(schema === '*' ? undefined : schema, name));
}

/** Returns all tables of the entities. A table that is declared twice is listed twice. */
export function entityTables(entities: DiscoveredEntities): readonly EntityTable[] {
  return [...entities.metadata.values()].flatMap((meta): readonly EntityTable[] => {
    const plugin = entityOwner(meta, entities);
    if (plugin === null || !hasTable(meta)) return [];
    const kind = meta.view === true ? 'view' : 'table';
    const own: EntityTable = { table: tableName(meta), kind, plugin, meta, property: null, rows: meta };
    return [own, ...pivotTables(meta, entities)];
  });
}

/** Returns the name of an entity's table, qualified unless it is in the schema `public`. */
export function tableName(meta: EntityMetadata): string {
  return qualifiedText(meta.tableName, meta.schema);
}

/** Whether an entity has a separate table. Subtypes in single-table inheritance share the table of their root. */
export function hasTable(meta: EntityMetadata): boolean {
  const shares = meta.root.inheritanceType === 'sti' && meta.root !== meta;
  return meta.name !== undefined && !meta.embeddable && !meta.virtual && !shares;
}

/**
 * Returns the pivot tables that MikroORM generates for an entity's relations. A declared pivot entity has its own
 * table.
 */
function pivotTables(meta: EntityMetadata, entities: DiscoveredEntities): readonly EntityTable[] {
  return Object.values(meta.properties).flatMap((property): readonly EntityTable[] => {
    const rows = automaticPivot(property, entities);
    const plugin = propertyOwner(meta, property.name, entities);
    if (rows === null || plugin === null) return [];
    return [{ table: tableName(rows), kind: 'pivot', plugin, meta, property: property.name, rows }];
  });
}

/** Returns the metadata of the pivot table that MikroORM generated for a property, or `null` if there is none. */
export function automaticPivot(property: EntityProperty, entities: DiscoveredEntities): EntityMetadata | null {
  if (property.kind !== ReferenceKind.MANY_TO_MANY || !property.owner) return null;
  const pivot = entities.metadata.get(property.pivotEntity);
  return pivot !== undefined && isAutomaticPivot(pivot) ? pivot : null;
}

/** Whether MikroORM generated the entity for a pivot table. Generated entities have the name of their table. */
export function isAutomaticPivot({ pivotTable, className, tableName: table }: EntityMetadata): boolean {
  return pivotTable === true && className.split('.').at(-1) === table;
}

/** Returns the declaration of a column. The columns of a pivot table are declared by the relation. */
export function columnDeclaration(column: string, table: EntityTable, entities: DiscoveredEntities): Declaration {
  const { rows, plugin, meta } = table;
  if (table.kind === 'pivot') return table;
  const property = ownProperties(rows).find(({ fieldNames }) => fieldNames?.includes(column));
  if (property === undefined) return { plugin, meta, property: null };
  // The key property of a subtype is inherited, but its column in the subtype's table belongs to the subtype.
  const isInheritedKey = rows.tptParent !== undefined && property.primary === true;
  const owner = isInheritedKey ? plugin : propertyOwner(rows, property.name, entities);
  return { plugin: owner ?? plugin, meta, property: property.name };
}

/** Returns the properties whose columns are in the entity's own table. */
export function ownProperties(meta: EntityMetadata): readonly EntityProperty[] {
  const properties = Object.values(meta.properties);
  const isSubtype = meta.inheritanceType === 'tpt' && meta.tptParent !== undefined;
  return isSubtype
    ? [...new Set([...(meta.ownProps ?? []), ...properties.filter(({ primary }) => primary)])]
    : properties;
}
