import type { CatalogColumn } from '@headwater/kernel/internal/catalog';
import { quoteIdentifier, quoteName } from '@headwater/kernel/internal/sql';
import { expressionSql } from './expression-sql.ts';
import { isUsualSequence, serialOf } from './column-sequence.ts';
import { lowerKeywords } from './lower-keywords.ts';

/** The short names of types that PostgreSQL prints with their long names. */
const shortNames: readonly (readonly [RegExp, string])[] = [
  [/^character varying\b/, 'varchar'],
  [/^character\b/, 'char'],
  [/^timestamp(\(\d+\))? with time zone/, 'timestamptz$1'],
  [/^timestamp(\(\d+\))? without time zone/, 'timestamp$1'],
  [/^time(\(\d+\))? with time zone/, 'timetz$1'],
  [/^time(\(\d+\))? without time zone/, 'time$1'],
  [/^integer\b/, 'int'],
];

/** Returns a type with its short name: `varchar(64)` for `character varying(64)`. */
export function typeSql(type: string): string {
  const found = shortNames.find(([pattern]) => pattern.test(type));
  return found === undefined ? type : type.replace(...found);
}

/**
 * Returns a default as a statement should contain it. A constant loses its cast to the column's type, and a negative
 * number loses its quotes. Nothing else is shortened, since the server would treat it as a different default.
 */
export function defaultSql({ default: expression, type }: Pick<CatalogColumn, 'default' | 'type'>): string {
  if (expression === null) return 'null';
  const [, constant = '', of = ''] = /^('(?:[^']|'')*')::([^'()]+(?:\[\])?)$/.exec(expression) ?? [];
  const isNumber = ['integer', 'bigint', 'numeric'].includes(of) && /^'-\d+(\.\d+)?'$/.test(constant);
  if (isNumber) return constant.slice(1, -1);
  return constant !== '' && of === constantType(type) ? constant : lowerKeywords(expression);
}

/** Returns the type of a constant as PostgreSQL prints it in a default: without length or precision. */
function constantType(type: string): string {
  const bare = type.replace(/\(\d+(?:,\d+)?\)/, '');
  return bare === 'character' ? 'bpchar' : bare === 'bit' ? '"bit"' : bare;
}

const serialTypes: Readonly<Record<string, string>> = {
  smallint: 'smallserial',
  integer: 'serial',
  bigint: 'bigserial',
};

/** Returns a column definition for `create table` and `add column`, always with `null` or `not null`. */
export function columnSql(on: string, column: CatalogColumn): string {
  const name = quoteIdentifier(column.name);
  const serial = serialOf(column) === null ? undefined : serialTypes[column.type];
  // A serial column is implicitly not null.
  if (serial !== undefined) return `${name} ${serial}`;
  const collation = column.collation === null ? '' : ` collate ${column.collation}`;
  return `${name} ${typeSql(column.type)}${collation}${columnOptions(on, column)}`;
}

function columnOptions(on: string, column: CatalogColumn): string {
  const { generated, notNull } = column;
  const nullity = notNull ? ' not null' : ' null';
  if (column.identity !== null) return `${nullity} ${identitySql(on, column)}`;
  if (generated !== null) {
    const kind = generated.stored ? 'stored' : 'virtual';
    return ` generated always as (${expressionSql(generated.as)}) ${kind}${notNull ? ' not null' : ''}`;
  }
  return `${nullity}${column.default === null ? '' : ` default ${defaultSql(column)}`}`;
}

/** Returns the clause that makes a column an identity. */
export function identitySql(on: string, { name, identity, sequence }: CatalogColumn): string {
  const isUsual = sequence === null || isUsualSequence(sequence.name, on, name);
  return `generated ${identity} as identity${isUsual ? '' : ` (sequence name ${quoteName(sequence.name)})`}`;
}
