import type { Catalog, CatalogSetting } from '@headwater/kernel/internal/catalog';
import { objectKey, type ObjectAddress } from '@headwater/kernel/internal/sql';
import type { Change } from './change.ts';
import { compareMaps } from './compare-maps.ts';

/** Returns the changes to the settings of objects that both catalogs have, and the settings of new objects. */
export function settingChanges(before: Catalog, after: Catalog): readonly Change[] {
  const changes: Change[] = [];
  compareMaps(before.settings, after.settings, {
    removed: (setting) => {
      const { of: object, name } = setting;
      if (hasObject(after, object) || outlives(after, setting))
        changes.push({ kind: 'setting', object, name, before: setting, after: null });
    },
    added: (setting) =>
      changes.push({ kind: 'setting', object: setting.of, name: setting.name, before: null, after: setting }),
    kept: (old, now) => {
      const { of: object, name } = now;
      if (old.set !== now.set) changes.push({ kind: 'setting', object, name, before: old, after: now });
    },
  });
  return changes;
}

/**
 * Whether a setting stays when its object is dropped. A table whose replica identity is an index that was dropped has none
 * at all, so its rows cannot be changed while it is published.
 */
function outlives(after: Catalog, { of, name }: CatalogSetting): boolean {
  return name === 'replica identity' && of.table !== null && after.tables.has(of.table);
}

/** Whether a setting is the privileges of a role, which no entity declares. Default privileges set them on new objects. */
export function isPrivileges({ name }: Pick<CatalogSetting, 'name'>): boolean {
  return name.startsWith('privileges of ');
}

/** Whether a catalog has the object with an address. */
export function hasObject({ schemas, enums, tables, definitions }: Catalog, address: ObjectAddress): boolean {
  const { kind, name } = address;
  const table = tables.get(address.table ?? '');
  switch (kind) {
    case 'database':
      return true;
    case 'schema':
      return name === 'public' || schemas.has(name);
    case 'table':
      return tables.has(name);
    case 'column':
      return table?.columns.has(name) === true;
    case 'constraint':
      return table?.constraints.has(name) === true;
    case 'index':
      return table?.indexes.has(name) === true;
    case 'partition':
      return table?.partitions.has(name) === true;
    default:
      return (kind === 'type' && enums.has(name)) || definitions.has(objectKey(address));
  }
}

/** Whether a catalog has a table, a partition or a view with a name. Only these have triggers, policies and rules. */
export function hasRelation({ tables, definitions }: Catalog, name: string): boolean {
  return (
    tables.has(name) ||
    tables.values().some(({ partitions }) => partitions.has(name)) ||
    ['view', 'materialized view', 'foreign table'].some((kind) =>
      definitions.has(objectKey({ kind, table: null, name })),
    )
  );
}
