import type { CatalogPartition, CatalogTable } from '@headwater/kernel/internal/catalog';
import { parseName, quoteIdentifier, quoteIdentifiers, quoteName } from '@headwater/kernel/internal/sql';
import { columnSql } from './column-sql.ts';
import { constraintSql, primaryKeyOf } from './constraint-sql.ts';
import { lowerKeywords } from './lower-keywords.ts';

/** Returns the statement that creates a table with its columns and its primary key. */
export function createTableSql(table: CatalogTable): string {
  const key = primaryKeyOf(table);
  const defaultName = `${parseName(table.name).name}_pkey`;
  // A single-column key with the default name and no options is written inline.
  const isInline =
    key?.columns.length === 1 &&
    key.name === defaultName &&
    constraintSql(key) === `primary key (${quoteIdentifiers(key.columns)})`;
  const keyColumn = isInline ? key.columns[0] : undefined;
  const own = [...table.columns.values()].filter(({ inherited }) => !inherited);
  const lines = own.map((column) =>
    column.name === keyColumn
      ? `${columnSql(table.name, column).replace(/ not null$/, '')} primary key`
      : columnSql(table.name, column),
  );
  if (key !== null && keyColumn === undefined)
    lines.push(`constraint ${quoteIdentifier(key.name)} ${constraintSql(key)}`);
  const partition = table.partitionBy === null ? '' : ` partition by ${lowerKeywords(table.partitionBy)}`;
  const parents = table.inherits.length === 0 ? '' : ` inherits (${table.inherits.map(quoteName).join(', ')})`;
  const body = lines.length === 0 ? '()' : `(\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`;
  return `create table ${quoteName(table.name)} ${body}${parents}${partition};`;
}

/** Returns the statement that creates a partition. */
export function partitionSql({ name, parent, bound, partitionBy }: CatalogPartition): string {
  const key = partitionBy === null ? '' : ` partition by ${lowerKeywords(partitionBy)}`;
  return `create table ${quoteName(name)} partition of ${quoteName(parent)} ${lowerKeywords(bound)}${key};`;
}

/** Sorts tables by name so that each comes after those that its foreign keys reference, unless they form a cycle. */
export function inOrderOfReference(tables: readonly CatalogTable[]): readonly CatalogTable[] {
  const left = new Map(tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((table) => [table.name, table]));
  const ordered: CatalogTable[] = [];
  while (left.size > 0) {
    const ready = left.values().find((table) => referencesOf(table).every((name) => !left.has(name)));
    // The tables form a cycle: take the first by name.
    const next = ready ?? left.values().next().value;
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next.name);
  }
  return ordered;
}

/** Returns the other tables that a table inherits from or that its foreign keys reference. */
export function referencesOf({ name, constraints, inherits }: CatalogTable): readonly string[] {
  const referenced = [...constraints.values()].flatMap(({ references }) =>
    references === null || references.table === name ? [] : [references.table],
  );
  return [...inherits, ...referenced];
}
