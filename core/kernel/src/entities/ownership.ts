import type { DatabaseSchema } from '@mikro-orm/postgresql';
import { enumUses } from './native-enums.ts';
import type { KnownPlan } from './owners.ts';
import { sequenceName } from './sequence-name.ts';
import { declarerOf, hasTable, nameInSchema, tableClaims, tableOf, type TableClaim } from './tables.ts';

/** What an application's schema consists of. A pivot is the table of a many-to-many relation without its own entity. */
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

/** One thing and the plugin whose it is. */
export interface Owned {
  readonly kind: OwnedKind;
  /** Its name in the database; of an entity, its class's. A table or enum outside the schema `public` has it in front. */
  readonly name: string;
  /** The table that it is or is on, or that the entity is kept in; `null` for an enum, and for an entity without one. */
  readonly table: string | null;
  /** The columns that it covers. */
  readonly columns: readonly string[];
  /** The plugin's name. */
  readonly owner: string;
  /** The entity by which it is declared, by class name; `null` for an enum. */
  readonly entity: string | null;
  /** The property by which it is declared, where it is one. */
  readonly property: string | null;
}

/** Whose everything is that the entities of the active plugins describe, down to single columns, keys and indexes. */
export interface Ownership {
  readonly objects: readonly Owned[];
  /** Packages by plugin. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Attributes all that MikroORM would create. A column belongs to the plugin that declares its property, which may extend
 * the entity; an index, key or check over such a column to the same plugin; everything else to the table's owner.
 */
export function ownershipOf(schema: DatabaseSchema, plan: KnownPlan): Ownership {
  const claims = new Map(tableClaims(plan).map((claim) => [claim.table, claim]));
  const objects = [
    ...ownedEntities(plan),
    ...schema.getViews().flatMap(({ name, schema: of }) => ownedWhole(claims.get(nameInSchema(name, of)))),
    ...schema.getTables().flatMap((described) => {
      const claim = claims.get(nameInSchema(described.name, described.schema));
      return claim === undefined ? [] : [...ownedWhole(claim), ...ownedParts(described, claim, plan)];
    }),
    ...ownedEnums(plan),
  ];
  return Object.freeze({
    objects: Object.freeze(objects.map((object) => Object.freeze(object))),
    packages: new Map(plan.sources.map((source) => [source.name, source.package])),
  });
}

function ownedEntities(plan: KnownPlan): readonly Owned[] {
  return [...plan.definitions].flatMap(([of, { name: entity }]): readonly Owned[] => {
    const [meta, owner] = [plan.metadata.get(of), plan.owners.get(of)];
    if (meta === undefined || owner === undefined) return [];
    const table = hasTable(meta.root) ? tableOf(meta) : null;
    return [{ kind: 'entity', name: entity, table, columns: [], owner: owner.name, entity, property: null }];
  });
}

function ownedWhole(claim: TableClaim | undefined): readonly Owned[] {
  if (claim === undefined) return [];
  const { kind, table, source, meta, property } = claim;
  return [{ kind, name: table, table, columns: [], owner: source.name, entity: meta.className, property }];
}

type Described = ReturnType<DatabaseSchema['getTables']>[number];

function ownedParts(described: Described, claim: TableClaim, plan: KnownPlan): readonly Owned[] {
  const part = (kind: OwnedKind, name: string, covers: readonly string[] = []): Owned => {
    // An index by an expression covers what nobody can tell from here.
    const columns = covers.filter((column) => described.hasColumn(column));
    const declarers = columns.map((column) => declarerOf(column, claim, plan));
    const foreign = declarers.find((declarer) => declarer.source !== claim.source);
    const { source, meta, property } = foreign ?? (declarers.length === 1 ? declarers[0] : null) ?? claim;
    return { kind, name, table: claim.table, columns, owner: source.name, entity: meta.className, property };
  };
  const columns = described.getColumns();
  return [
    ...columns.map(({ name }) => part('column', name, [name])),
    ...columns.flatMap(({ name, autoincrement }) =>
      autoincrement === true ? [part('sequence', sequenceName(described.name, name), [name])] : [],
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

function ownedEnums(plan: KnownPlan): readonly Owned[] {
  const first = new Map(
    enumUses(plan)
      .toReversed()
      .map((use) => [use.name, use]),
  );
  return Array.from(first.values(), ({ name, source }) => {
    return { kind: 'enum', name, table: null, columns: [], owner: source.name, entity: null, property: null };
  });
}
