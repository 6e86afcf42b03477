import type { Session } from '../db/session.ts';
import { usualSchemas } from '../config/schemas.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { objectKey } from '../sql/object-key.ts';
import { catalogQueries, catalogQuery } from './catalog-queries.ts';
import { inSchemas } from './query-fragments.ts';
import { relationAddresses, settingsOf } from './setting-address.ts';
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
  CatalogSequence,
  CatalogTable,
} from './catalog.ts';

type Row<T> = T & { readonly table: string };

interface ConstraintRow extends Omit<CatalogConstraint, 'references'> {
  readonly table: string;
  readonly target: string | null;
  readonly targetColumns: readonly string[];
}

interface ColumnRow extends Omit<CatalogColumn, 'generated' | 'sequence' | 'sequencesOf'> {
  readonly table: string;
  readonly generated: string;
  readonly from: readonly string[] | null;
}

/** A sequence that is a part of a column. */
interface SequenceRow extends CatalogSequence {
  readonly table: string;
  readonly column: string;
}

/** A column whose default uses the sequence of the column `of`. */
interface SequenceUseRow {
  readonly table: string;
  readonly column: string;
  readonly of: string;
}

/** The name of the prepared statement that reads a catalog. */
const statement = 'headwater_catalog';

/** The result of each query, as JSON text. */
type CatalogTexts = Readonly<Record<keyof typeof catalogQueries, string>>;

/** Reads the catalog of a database, excluding the schemas of the server and of the ledger. */
export type ReadCatalog = () => Promise<Catalog>;

/**
 * Returns a function that reads the catalog on one connection. Its query is prepared once, because planning it takes
 * longer than running it. The connection therefore must not go through a transaction pooler. A catalog that was read
 * shortly before is returned again, and so are its parts, so that comparing them takes no time. `others` are the schemas of
 * other applications, which are left out.
 */
export function catalogReader(
  session: Pick<Session, 'query' | 'script' | 'schemas'>,
  others: readonly string[] = [],
): ReadCatalog {
  const { query, script } = session;
  const { tables: home, ledger } = session.schemas;
  const text = inSchemas(catalogQuery, home, [ledger, ...others]);
  let recent: readonly { readonly texts: CatalogTexts; readonly catalog: Catalog }[] = [];
  return async () => {
    // The server prints names without the schema that comes first in the search path.
    if (home !== usualSchemas.tables) await script(`set search_path = ${quoteIdentifier(home)}`);
    // A revision may deallocate it, and a new connection does not have it.
    const [prepared] = await query(`select from pg_catalog.pg_prepared_statements where name = '${statement}'`);
    if (prepared === undefined) await script(`prepare ${statement} as ${text};`);
    const [texts] = await query<CatalogTexts>(`execute ${statement}`);
    if (texts === undefined) throw new Error('the query for a catalog returns one row');
    const known = recent.find((one) => sections.every((name) => one.texts[name] === texts[name]));
    if (known !== undefined) return known.catalog;
    const last = recent[0] ?? null;
    const catalog = catalogOf(texts, last);
    recent = [{ texts, catalog }, ...recent.slice(0, remembered - 1)];
    return catalog;
  };
}

const sections = Object.keys(catalogQueries) as readonly (keyof typeof catalogQueries)[];

/** The catalogs that are remembered: before and after a revision, and one more. */
const remembered = 3;

/** Builds a catalog. Parts whose texts are those of the `last` catalog are taken from there. */
function catalogOf(
  texts: CatalogTexts,
  last: { readonly texts: CatalogTexts; readonly catalog: Catalog } | null,
): Catalog {
  // The queries select the columns of the types that the rows get below.
  const rows = (name: keyof typeof catalogQueries): readonly never[] => JSON.parse(texts[name]) as readonly never[];
  const same = (...names: readonly (keyof typeof catalogQueries)[]): Catalog | null =>
    last !== null && names.every((name) => last.texts[name] === texts[name]) ? last.catalog : null;
  const definitions = same('definitions')?.definitions ?? definitionsOf(rows('definitions'));
  const tables =
    same('tables', 'partitions', 'columns', 'sequences', 'sequenceUses', 'constraints', 'indexes')?.tables ??
    tablesOf(
      rows('tables'),
      rows('partitions'),
      columnsOf(rows('columns'), rows('sequences'), rows('sequenceUses')),
      rows('constraints'),
      rows('indexes'),
    );
  return Object.freeze({
    schemas: same('schemas')?.schemas ?? byName<CatalogSchema>(rows('schemas')),
    enums: same('enums')?.enums ?? byName<CatalogEnum>(rows('enums')),
    tables,
    definitions,
    settings:
      same('settings', 'tables', 'partitions', 'definitions')?.settings ??
      settingsOf(
        rows('settings'),
        relationAddresses([...tables.values()], rows('partitions'), [...definitions.values()]),
      ),
    unread: same('unread')?.unread ?? unreadOf(rows('unread')),
  });
}

function unreadOf(rows: readonly { readonly kind: string; readonly count: number }[]): Catalog['unread'] {
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}

function definitionsOf(rows: readonly CatalogDefinition[]): Catalog['definitions'] {
  return new Map(
    rows.map((one) => [objectKey(one), Object.freeze({ ...one, definition: stableExpression(one.definition) })]),
  );
}

function tablesOf(
  tables: readonly TableRow[],
  partitions: readonly Row<CatalogPartition>[],
  columns: readonly Row<CatalogColumn>[],
  constraints: readonly ConstraintRow[],
  indexes: readonly Row<CatalogIndex>[],
): Catalog['tables'] {
  const parts = {
    partitions: groupByTable(partitions),
    columns: groupByTable(columns),
    constraints: groupByTable(constraints),
    indexes: groupByTable(indexes),
  };
  return byName(
    tables.map((table) => ({
      ...table,
      partitions: byName((parts.partitions.get(table.name) ?? []).map(partitionOf)),
      columns: byName(parts.columns.get(table.name) ?? []),
      constraints: byName((parts.constraints.get(table.name) ?? []).map(constraintOf)),
      indexes: byName((parts.indexes.get(table.name) ?? []).map(indexOf)),
    })),
  );
}

type TableRow = Omit<CatalogTable, 'columns' | 'constraints' | 'indexes' | 'partitions'>;

function groupByTable<T extends { readonly table: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(rows, ({ table }) => table);
}

function columnsOf(
  rows: readonly ColumnRow[],
  sequences: readonly SequenceRow[],
  uses: readonly SequenceUseRow[],
): readonly Row<CatalogColumn>[] {
  const keyOf = (table: string, column: string): string => objectKey({ kind: 'column', table, name: column });
  const own = new Map(sequences.map(({ table, column, ...sequence }) => [keyOf(table, column), sequence]));
  const used = Map.groupBy(uses, ({ table, column }) => keyOf(table, column));
  return rows.map(({ generated, from, ...row }) => {
    const key = keyOf(row.table, row.name);
    const sequence = own.get(key) ?? null;
    const sequencesOf = (used.get(key) ?? []).map(({ of }) => of);
    const expression = row.default === null ? null : stableExpression(row.default);
    const column = { ...row, sequence, sequencesOf, default: sequence === null ? expression : null, generated: null };
    if (generated === '' || expression === null) return column;
    return { ...column, default: null, generated: { as: expression, stored: generated === 's', from: from ?? [] } };
  });
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
