import { ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { kernelError } from '../error/kernel-codes.ts';
import { entityOwner, propertyOwner } from './entity-owner.ts';
import { entityTables, tableName } from './entity-tables.ts';
import { enumTypeUses } from './enum-types.ts';
import { declaredProperty, type DiscoveredEntities } from './metadata.ts';
import { claimOf } from './plugin-entities.ts';

/** Checks that no table, column or enum type is declared twice. Throws ENTITY_COLLISION and COLUMN_COLLISION. */
export function assertNoCollisions(entities: DiscoveredEntities): void {
  const tables = Map.groupBy(entityTables(entities), ({ table }) => table);
  for (const [name, found] of tables) {
    if (found.length < 2) continue;
    const claims = found.map(({ plugin, meta, property }) => claimOf(declarationName(meta, property), plugin));
    throw kernelError('ENTITY_COLLISION', { what: 'table', name, claims });
  }
  for (const meta of entities.metadata.values()) {
    if (entityOwner(meta, entities) !== null) assertColumnsDiffer(meta, entities);
  }
  for (const [name, uses] of Map.groupBy(enumTypeUses(entities), (use) => use.name)) {
    const [first] = uses;
    const other = uses.find(({ items }) => items.join() !== first?.items.join());
    if (first === undefined || other === undefined) continue;
    const claims = [first, other].map(({ property, plugin }) => claimOf(property, plugin));
    throw kernelError('ENTITY_COLLISION', { what: 'enum', name, claims });
  }
}

function declarationName(meta: EntityMetadata, property: string | null): string {
  return property === null ? meta.className : `${meta.className}.${property}`;
}

/** Includes inherited properties, since MikroORM combines the rows of a subtype and of its root in one object. */
function assertColumnsDiffer(meta: EntityMetadata, entities: DiscoveredEntities): void {
  const columns = Map.groupBy(
    Object.values(meta.properties).filter(hasOwnColumn),
    ({ fieldNames }) => fieldNames[0] ?? '',
  );
  for (const [column, properties] of columns) {
    if (properties.length < 2) continue;
    const claims = properties.flatMap(({ name }) => {
      const plugin = propertyOwner(meta, name, entities);
      return plugin === null ? [] : [claimOf(declarationName(meta, declaredProperty(meta, name)), plugin)];
    });
    throw kernelError('COLUMN_COLLISION', { what: 'column', name: `${tableName(meta)}.${column}`, claims });
  }
}

/** Whether a property has exactly one column. Composite keys may share columns with other properties. */
function hasOwnColumn({ persist, inherited, fieldNames, kind, object }: EntityProperty): boolean {
  return (
    persist !== false &&
    inherited !== true &&
    fieldNames?.length === 1 &&
    (kind !== ReferenceKind.EMBEDDED || object === true)
  );
}
