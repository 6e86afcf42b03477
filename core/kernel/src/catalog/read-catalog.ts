import type { Session } from '../db/session.ts';
import { objectKey } from '../sql/object-key.ts';
import { catalogQueries } from './catalog-queries.ts';
import { settingsOf, relationAddresses, type SettingRow } from './setting-address.ts';
import { stableExpression } from './stable-expression.ts';
import type {
  Catalog,
  CatalogColumn,
  CatalogConstraint,
  CatalogDefinition,
  CatalogEnum,
  CatalogIndex,
  CatalogPartition,
  CatalogSchema,
  CatalogTable,
} from './catalog.ts';

type Row<T> = T & { readonly table: string };

interface ConstraintRow extends Omit<CatalogConstraint, 'references'> {
  readonly table: string;
  readonly target: string | null;
  readonly targetColumns: readonly string[];
}

interface ColumnRow extends Omit<CatalogColumn, 'generated'> {
  readonly table: string;
  readonly generated: string;
  readonly from: readonly string[] | null;
}

const preparedStatements = 'select name from pg_catalog.pg_prepared_statements';

/** Reads the catalog of a database, excluding the schemas of the server and of the ledger. */
export type ReadCatalog = () => Promise<Catalog>;

/**
 * Returns a function that reads the catalog on one connection. Its queries are prepared once, because planning them
 * takes longer than running them. The connection therefore must not go through a transaction pooler.
 */
export function catalogReader({ query, script }: Pick<Session, 'query' | 'script'>): ReadCatalog {
  const rows = async <Row>(name: keyof typeof catalogQueries): Promise<readonly Row[]> =>
    query<Row>(`execute headwater_${name}`);
  return async () => {
    // A revision may deallocate them, and a new connection has none.
    const prepared = new Set((await query<{ name: string }>(preparedStatements)).map(({ name }) => name));
    const missing = Object.entries(catalogQueries).filter(([name]) => !prepared.has(`headwater_${name}`));
    if (missing.length > 0) {
      await script(missing.map(([name, text]) => `prepare headwater_${name} as ${text};`).join('\n'));
    }
    const schemas = await rows<CatalogSchema>('schemas');
    const enums = await rows<CatalogEnum>('enums');
    const tables = await rows<TableRow>('tables');
    const partitions = await rows<Row<CatalogPartition>>('partitions');
    const partitionsByTable = groupByTable(partitions);
    const columns = groupByTable(await rows<ColumnRow>('columns'));
    const constraints = groupByTable(await rows<ConstraintRow>('constraints'));
    const indexes = groupByTable(await rows<Row<CatalogIndex>>('indexes'));
    const definitions = await rows<CatalogDefinition>('definitions');
    const settings = await rows<SettingRow>('settings');
    const unread = await rows<{ readonly kind: string; readonly count: number }>('unread');
    return Object.freeze({
      schemas: byName(schemas),
      enums: byName(enums),
      tables: byName(
        tables.map((table) => ({
          ...table,
          partitions: byName((partitionsByTable.get(table.name) ?? []).map(partitionOf)),
          columns: byName((columns.get(table.name) ?? []).map(columnOf)),
          constraints: byName((constraints.get(table.name) ?? []).map(constraintOf)),
          indexes: byName((indexes.get(table.name) ?? []).map(indexOf)),
        })),
      ),
      definitions: new Map(
        definitions.map((one) => [
          objectKey(one),
          Object.freeze({ ...one, definition: stableExpression(one.definition) }),
        ]),
      ),
      settings: settingsOf(settings, relationAddresses(tables, partitions, definitions)),
      unread: new Map(unread.map(({ kind, count }) => [kind, count])),
    });
  };
}

type TableRow = Omit<CatalogTable, 'columns' | 'constraints' | 'indexes' | 'partitions'>;

function groupByTable<T extends { readonly table: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(rows, ({ table }) => table);
}

function columnOf({ generated, from, ...column }: ColumnRow): CatalogColumn {
  const expression = column.default === null ? null : stableExpression(column.default);
  const plain = { ...column, default: column.serial === null ? expression : null, generated: null };
  if (generated === '' || expression === null) return plain;
  return { ...plain, default: null, generated: { as: expression, stored: generated === 's', from: from ?? [] } };
}

function constraintOf({ target, targetColumns, ...constraint }: ConstraintRow): CatalogConstraint {
  const definition = stableExpression(constraint.definition);
  return { ...constraint, definition, references: target === null ? null : { table: target, columns: targetColumns } };
}

function indexOf(index: CatalogIndex): CatalogIndex {
  return { ...index, definition: stableExpression(index.definition) };
}

function partitionOf({ name, parent, bound, partitionBy }: Row<CatalogPartition>): CatalogPartition {
  return { name, parent, bound, partitionBy };
}

function byName<T extends { readonly name: string }>(found: readonly T[]): ReadonlyMap<string, T> {
  return new Map(found.map((one) => [one.name, Object.freeze(one)]));
}
