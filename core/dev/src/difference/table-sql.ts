import type { CatalogPartition, CatalogTable } from '@headwater/kernel/internal';
import { columnSql } from './column-sql.ts';
import { constraintSql, primaryKeyOf } from './constraint-sql.ts';
import { bareName, lowered, quoteName, quotePart, quoteParts } from './names.ts';

/** The statement that makes a table with its columns and its primary key. */
export function createTableSql(table: CatalogTable): string {
  const key = primaryKeyOf(table);
  const { comment: _, ...named } = key ?? { name: '', columns: [], comment: null };
  const usual = `${bareName(table.name)}_pkey`;
  // A key of one column under its usual name is said beside the column.
  const plain = key !== null && constraintSql(key) === `primary key (${quoteParts(key.columns)})`;
  const inline = key !== null && named.name === usual && plain;
  const alone = inline && key.columns.length === 1 ? key.columns[0] : undefined;
  const lines = Array.from(table.columns.values(), (column) =>
    column.name === alone ? `${columnSql(column).replace(/ not null$/, '')} primary key` : columnSql(column),
  );
  if (key !== null && alone === undefined) lines.push(`constraint ${quotePart(key.name)} ${constraintSql(key)}`);
  const partition = table.partitionBy === null ? '' : ` partition by ${lowered(table.partitionBy)}`;
  const body = lines.length === 0 ? '()' : `(\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`;
  return `create table ${quoteName(table.name)} ${body}${partition};`;
}

/** The statement that makes a partition. */
export function partitionSql(table: string, { name, bound }: CatalogPartition): string {
  return `create table ${quoteName(name)} partition of ${quoteName(table)} ${lowered(bound)};`;
}

/**
 * New tables in an order in which each comes after those that its foreign keys refer to, where there is one; by name
 * where that leaves a choice.
 */
export function inOrderOfReference(tables: readonly CatalogTable[]): readonly CatalogTable[] {
  const left = new Map(tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((table) => [table.name, table]));
  const ordered: CatalogTable[] = [];
  while (left.size > 0) {
    const ready = left.values().find((table) => referencesOf(table).every((name) => !left.has(name)));
    // In a circle somebody has to be first.
    const next = ready ?? left.values().next().value;
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next.name);
  }
  return ordered;
}

/** The other tables that a table's foreign keys refer to. */
export function referencesOf({ name, constraints }: CatalogTable): readonly string[] {
  return [...constraints.values()].flatMap(({ references }) =>
    references === null || references.table === name ? [] : [references.table],
  );
}
