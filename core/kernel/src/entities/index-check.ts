import type { EntityMetadata } from '@mikro-orm/core';
import { kernelError } from '../error/kernel-codes.ts';
import { entityOwner } from './entity-owner.ts';
import { ownProperties, tableName } from './entity-tables.ts';
import { declaredProperty, inheritanceLine, type DiscoveredEntities } from './metadata.ts';
import { pluginRef } from './plugin-entities.ts';

/**
 * Checks that no index or unique constraint of a subtype covers an inherited property: MikroORM would create it on the
 * subtype's table, which does not have the column. Throws INDEX_INHERITED.
 */
export function assertIndexes(entities: DiscoveredEntities): void {
  for (const meta of entities.metadata.values()) {
    const owner = entityOwner(meta, entities);
    if (owner === null || meta.tptParent === undefined) continue;
    const own = new Set(ownProperties(meta).map(({ name }) => declaredProperty(meta, name)));
    for (const { kind, property } of indexedProperties(meta)) {
      const base = inheritanceLine(meta, entities).findLast((above) => Object.hasOwn(above.properties, property));
      if (own.has(property) || base === undefined || base === meta) continue;
      const details = { entity: meta.className, kind, property, base: base.className, table: tableName(meta) };
      throw kernelError('INDEX_INHERITED', { ...pluginRef(owner), ...details });
    }
  }
}

function indexedProperties(meta: EntityMetadata): readonly { kind: 'index' | 'unique'; property: string }[] {
  return (['index', 'unique'] as const).flatMap((kind) =>
    meta[kind === 'index' ? 'indexes' : 'uniques'].flatMap(({ properties = [], columns = [], include = [] }) => {
      const names = [properties, columns.map(({ name }) => name), include].flat();
      // `address.city` is a property of an embedded object.
      return names.map((name) => ({ kind, property: declaredProperty(meta, name.split('.')[0] ?? name) }));
    }),
  );
}
