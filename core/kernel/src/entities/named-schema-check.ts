import type { EntityMetadata } from '@mikro-orm/core';
import { kernelError } from '../error/kernel-codes.ts';
import { writtenSchema } from '../sql/qualified-name.ts';
import { entityClass } from './entity-definition.ts';
import type { MergedEntities } from './merged-entities.ts';
import { pluginRef } from './plugin-entities.ts';

/**
 * Checks that an entity, its pivot tables and its enum types name no schema other than that of the tables, in which the
 * kernel looks for them. MikroORM calls this for each entity that it discovers. Throws ENTITY_SCHEMA_NAMED.
 */
export function assertNoSchemaNamed(
  meta: EntityMetadata,
  { owners, extensions }: MergedEntities,
  tables: string,
): void {
  const of = entityClass(meta.class);
  const owner = owners.get(of);
  if (owner === undefined) return;
  const refuse = (from: string, schema: string | null | undefined, plugin = owner): void => {
    // MikroORM's `*` stands for the schema of the context.
    if (schema === undefined || schema === null || schema === '*' || schema === tables) return;
    throw kernelError('ENTITY_SCHEMA_NAMED', { ...pluginRef(plugin), from, schema, tables });
  };
  refuse(meta.className, meta.schema ?? writtenSchema(meta.tableName ?? ''));
  for (const { name, pivotTable, nativeEnumName } of Object.values(meta.properties)) {
    const extension = extensions.get(of)?.find(({ properties }) => Object.hasOwn(properties, name));
    for (const table of [pivotTable, nativeEnumName]) {
      refuse(`${meta.className}.${name}`, writtenSchema(table ?? ''), extension?.plugin);
    }
  }
}
