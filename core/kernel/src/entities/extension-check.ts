import { ReferenceKind, type EntityMetadata, type EntityProperty } from '@mikro-orm/core';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { automaticPivot, hasTable, tableName } from './entity-tables.ts';
import { declaredProperty, findProperty, type DiscoveredEntities } from './metadata.ts';
import { pluginRef, type PluginEntities } from './plugin-entities.ts';

/** Checks that extensions are possible and do not break inserts. Throws EXTENSION_INVALID and EXTENSION_REQUIRED. */
export function assertExtensions(entities: DiscoveredEntities): void {
  for (const [of, extensions] of entities.extensions) {
    const meta = entities.metadata.get(of);
    if (meta === undefined) continue;
    for (const { plugin, properties } of extensions) {
      for (const name of Object.keys(properties)) assertExtension(meta, name, plugin, entities);
    }
  }
}

function assertExtension(
  meta: EntityMetadata,
  name: string,
  plugin: PluginEntities,
  entities: DiscoveredEntities,
): void {
  const invalid = (problem: string): KernelError =>
    kernelError('EXTENSION_INVALID', { ...pluginRef(plugin), entity: meta.className, property: name, problem });
  if (!hasTable(meta) || meta.view === true) throw invalid('that entity does not have its own table');
  const property = findProperty(meta, name);
  if (property?.primary === true) throw invalid('only the plugin that declares an entity may define its primary key');
  if (property !== undefined && meta.inheritanceType === 'tpt' && automaticPivot(property, entities) !== null) {
    throw invalid(
      'MikroORM would create the pivot table again for each subtype; declare an entity for the pivot table, ' +
        '.pivotEntity(() => …), or declare the relation on the other entity',
    );
  }
  for (const part of Object.values(meta.properties)) {
    if (declaredProperty(meta, part.name) !== name || !needsValue(part)) continue;
    const details = {
      entity: meta.className,
      property: name,
      table: tableName(meta),
      column: part.fieldNames[0] ?? name,
    };
    throw kernelError('EXTENSION_REQUIRED', { ...pluginRef(plugin), ...details });
  }
}

/** Whether an insert without the property's columns fails. A collection has none: they are in the other table. */
function needsValue(property: EntityProperty): boolean {
  if ([ReferenceKind.MANY_TO_MANY, ReferenceKind.ONE_TO_MANY].includes(property.kind)) return false;
  const { persist, fieldNames, columnTypes, nullable, defaultRaw, generated, autoincrement } = property;
  if (persist === false || !fieldNames?.length || !columnTypes?.length) return false;
  const hasDefault = defaultRaw !== undefined && defaultRaw.toLowerCase() !== 'null';
  return nullable !== true && !hasDefault && generated === undefined && autoincrement !== true;
}
