import type { CatalogColumn } from '../shadow/catalog.ts';
import { lowered, quotePart } from './names.ts';

/** The short names of types that PostgreSQL writes out. */
const short: readonly (readonly [RegExp, string])[] = [
  [/^character varying\b/, 'varchar'],
  [/^character\b/, 'char'],
  [/^timestamp(\(\d+\))? with time zone/, 'timestamptz$1'],
  [/^timestamp(\(\d+\))? without time zone/, 'timestamp$1'],
  [/^time(\(\d+\))? with time zone/, 'timetz$1'],
  [/^time(\(\d+\))? without time zone/, 'time$1'],
  [/^integer\b/, 'int'],
];

/** A type as people write it: `varchar(64)` for `character varying(64)`. */
export function typeSql(type: string): string {
  const found = short.find(([pattern]) => pattern.test(type));
  return found === undefined ? type : type.replace(...found);
}

/** A default as people write it: without the type that PostgreSQL gives to a constant, which is that of the column. */
export function defaultSql(expression: string): string {
  const constant = /^('(?:[^']|'')*')::[a-z"][^()']*(?:\(\d+(?:,\d+)?\))?(?:\[\])?$/.exec(expression)?.[1];
  return constant ?? lowered(expression);
}

const serials: Readonly<Record<string, string>> = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' };

/** A column as `create table` and `add column` take it. `null` and `not null` are always said. */
export function columnSql(column: CatalogColumn): string {
  const name = quotePart(column.name);
  const serial = column.serial === null ? undefined : serials[column.type];
  // A serial column is never null.
  if (serial !== undefined) return `${name} ${serial}`;
  const collation = column.collation === null ? '' : ` collate ${column.collation}`;
  return `${name} ${typeSql(column.type)}${collation}${restOf(column)}`;
}

function restOf({ generated, identity, notNull, default: standard }: CatalogColumn): string {
  const nullity = notNull ? ' not null' : ' null';
  if (identity !== null) return `${nullity} generated ${identity} as identity`;
  if (generated !== null) {
    const kind = generated.stored ? 'stored' : 'virtual';
    return ` generated always as (${lowered(generated.as)}) ${kind}${notNull ? ' not null' : ''}`;
  }
  return `${nullity}${standard === null ? '' : ` default ${defaultSql(standard)}`}`;
}
