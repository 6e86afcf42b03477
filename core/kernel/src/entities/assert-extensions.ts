import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { who, type EntitySource } from './entity-source.ts';
import { lineOf, ownerOf, propertyOf, rootPropertyOf, type KnownPlan } from './owners.ts';
import { hasTable, madePivot, ownProperties, tableOf } from './tables.ts';

/** Refuses extensions that cannot be or would break inserts. Throws EXTENSION_INVALID and EXTENSION_REQUIRED. */
export function assertExtensions(plan: KnownPlan): void {
  for (const [of, added] of plan.extensions) {
    const meta = plan.metadata.get(of);
    if (meta === undefined) continue;
    for (const { source, properties } of added) {
      for (const name of Object.keys(properties)) assertExtension(meta, name, source, plan);
    }
  }
}

function assertExtension(meta: EntityMetadata, name: string, source: EntitySource, plan: KnownPlan): void {
  const invalid = (problem: string): KernelError =>
    kernelError('EXTENSION_INVALID', { ...who(source), entity: meta.className, property: name, problem });
  if (!hasTable(meta) || meta.view === true) throw invalid('that entity has no table of its own');
  const property = propertyOf(meta, name);
  if (property?.primary === true) throw invalid('a primary key belongs to whoever declares the entity');
  if (property !== undefined && meta.inheritanceType === 'tpt' && madePivot(property, plan) !== null) {
    throw invalid(
      'MikroORM would make its pivot table once more for each subtype; give it an entity of its own, ' +
        '.pivotEntity(() => …), or a relation from there',
    );
  }
  for (const part of Object.values(meta.properties)) {
    if (rootPropertyOf(meta, part.name) !== name || !isRequired(part)) continue;
    const details = {
      entity: meta.className,
      property: name,
      table: tableOf(meta),
      column: part.fieldNames[0] ?? name,
    };
    throw kernelError('EXTENSION_REQUIRED', { ...who(source), ...details });
  }
}

/** Whether an insert that does not name the property's columns fails. */
function isRequired(property: EntityProperty): boolean {
  const { persist, fieldNames, columnTypes, nullable, defaultRaw, generated, autoincrement } = property;
  if (persist === false || !fieldNames?.length || !columnTypes?.length) return false;
  const hasDefault = defaultRaw !== undefined && defaultRaw.toLowerCase() !== 'null';
  return nullable !== true && !hasDefault && generated === undefined && autoincrement !== true;
}

/**
 * Refuses an index or unique constraint of a subtype over what it inherits: MikroORM puts it on the subtype's table,
 * which lacks the column. Throws INDEX_INHERITED.
 */
export function assertIndexes(plan: KnownPlan): void {
  for (const meta of plan.metadata.values()) {
    const owner = ownerOf(meta, plan);
    if (owner === null || meta.tptParent === undefined) continue;
    const own = new Set(ownProperties(meta).map(({ name }) => rootPropertyOf(meta, name)));
    for (const { kind, property } of indexedProperties(meta)) {
      const base = lineOf(meta, plan).findLast((above) => Object.hasOwn(above.properties, property));
      if (own.has(property) || base === undefined || base === meta) continue;
      const details = { entity: meta.className, kind, property, base: base.className, table: tableOf(meta) };
      throw kernelError('INDEX_INHERITED', { ...who(owner), ...details });
    }
  }
}

function indexedProperties(meta: EntityMetadata): readonly { kind: 'index' | 'unique'; property: string }[] {
  return (['index', 'unique'] as const).flatMap((kind) =>
    meta[kind === 'index' ? 'indexes' : 'uniques'].flatMap(({ properties = [], columns = [], include = [] }) => {
      const names = [properties, columns.map(({ name }) => name), include].flat();
      // `address.city` is within an embedded object.
      return names.map((name) => ({ kind, property: rootPropertyOf(meta, name.split('.')[0] ?? name) }));
    }),
  );
}
