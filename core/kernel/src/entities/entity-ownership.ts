import type { DatabaseSchema } from '@mikro-orm/postgresql';
import { defaultName } from '../sql/default-name.ts';
import {
  columnDeclaration,
  entityTables,
  hasTable,
  qualifiedText,
  tableName,
  type EntityTable,
} from './entity-tables.ts';
import { enumTypeUses } from './enum-types.ts';
import type { DiscoveredEntities } from './metadata.ts';

/** The kinds of objects in a schema. A pivot is the table of a many-to-many relation without a pivot entity. */
export type OwnedKind =
  | 'entity'
  | 'table'
  | 'pivot'
  | 'view'
  | 'column'
  | 'primary key'
  | 'unique'
  | 'index'
  | 'foreign key'
  | 'check'
  | 'trigger'
  | 'sequence'
  | 'enum';

/** An object of the schema, and the plugin that owns it. */
export interface OwnedObject {
  readonly kind: OwnedKind;
  /** Its name in the database, or the class name of an entity. Tables and enums outside `public` are qualified. */
  readonly name: string;
  /**
   * The table itself, or the table to which it belongs or in which it is stored. `null` for an enum and for an entity
   * without a table.
   */
  readonly table: string | null;
  /** The columns that it covers. */
  readonly columns: readonly string[];
  /** The name of the owning plugin. */
  readonly owner: string;
  /** The class name of the entity that declares it; `null` for an enum. */
  readonly entity: string | null;
  /** The property that declares it; `null` if the entity does. */
  readonly property: string | null;
}

/** The owner of every object that the entities of the active plugins describe: tables, columns, keys, indexes … */
export interface EntityOwnership {
  readonly objects: readonly OwnedObject[];
  /** The package of each plugin. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Determines the owner of every object that MikroORM would create. A column belongs to the plugin that declares its
 * property, which may be an extension. An index, key or check over such a column belongs to the same plugin. Everything
 * else belongs to the owner of the table.
 */
export function determineOwnership(schema: DatabaseSchema, entities: DiscoveredEntities): EntityOwnership {
  const tables = new Map(entityTables(entities).map((table) => [table.table, table]));
  const objects = [
    ...ownedEntities(entities),
    ...schema.getViews().flatMap(({ name, schema: of }) => {
      const view = tables.get(qualifiedText(name, of));
      return view === undefined ? [] : [ownedTable(view)];
    }),
    ...schema.getTables().flatMap((described) => {
      const table = tables.get(qualifiedText(described.name, described.schema));
      return table === undefined ? [] : [ownedTable(table), ...ownedParts(described, table, entities)];
    }),
    ...ownedEnums(entities),
  ];
  return Object.freeze({
    objects: Object.freeze(objects.map((object) => Object.freeze(object))),
    packages: new Map(entities.plugins.map((plugin) => [plugin.name, plugin.package])),
  });
}

function ownedEntities(entities: DiscoveredEntities): readonly OwnedObject[] {
  return [...entities.definitions].flatMap(([of, { name: entity }]): readonly OwnedObject[] => {
    const [meta, owner] = [entities.metadata.get(of), entities.owners.get(of)];
    if (meta === undefined || owner === undefined) return [];
    const table = hasTable(meta.root) ? tableName(meta) : null;
    return [{ kind: 'entity', name: entity, table, columns: [], owner: owner.name, entity, property: null }];
  });
}

function ownedTable({ kind, table, plugin, meta, property }: EntityTable): OwnedObject {
  return { kind, name: table, table, columns: [], owner: plugin.name, entity: meta.className, property };
}

type DescribedTable = ReturnType<DatabaseSchema['getTables']>[number];

function ownedParts(
  described: DescribedTable,
  table: EntityTable,
  entities: DiscoveredEntities,
): readonly OwnedObject[] {
  const part = (kind: OwnedKind, name: string, covers: readonly string[] = []): OwnedObject => {
    // The columns of an expression index are unknown here.
    const columns = covers.filter((column) => described.hasColumn(column));
    const declarations = columns.map((column) => columnDeclaration(column, table, entities));
    const foreign = declarations.find((declaration) => declaration.plugin !== table.plugin);
    const { plugin, meta, property } = foreign ?? (declarations.length === 1 ? declarations[0] : null) ?? table;
    return { kind, name, table: table.table, columns, owner: plugin.name, entity: meta.className, property };
  };
  const columns = described.getColumns();
  return [
    ...columns.map(({ name }) => part('column', name, [name])),
    ...columns.flatMap(({ name, autoincrement }) =>
      autoincrement === true ? [part('sequence', defaultName(described.name, name, 'seq'), [name])] : [],
    ),
    ...described.getIndexes().map((index) => {
      const constraint = index.primary ? 'primary key' : 'unique';
      return part(index.constraint ? constraint : 'index', index.keyName, index.columnNames);
    }),
    ...Object.values(described.getForeignKeys()).map((key) => part('foreign key', key.constraintName, key.columnNames)),
    ...described
      .getChecks()
      .map(({ name, columnName }) => part('check', name, columnName === undefined ? [] : [columnName])),
    ...described.getTriggers().map(({ name }) => part('trigger', name)),
  ];
}

function ownedEnums(entities: DiscoveredEntities): readonly OwnedObject[] {
  const first = new Map(
    enumTypeUses(entities)
      .toReversed()
      .map((use) => [use.name, use]),
  );
  return Array.from(first.values(), ({ name, plugin }) => {
    return { kind: 'enum', name, table: null, columns: [], owner: plugin.name, entity: null, property: null };
  });
}
