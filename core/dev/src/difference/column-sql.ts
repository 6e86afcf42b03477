import type { CatalogColumn } from '@headwater/kernel/internal';
import { expressionSql } from './expression-sql.ts';
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

/**
 * A default as people write it: a constant without the type that PostgreSQL gives to it, where that is the column's, and
 * a negative number without quotes. Any other text would be another default to the server.
 */
export function defaultSql({ default: expression, type }: Pick<CatalogColumn, 'default' | 'type'>): string {
  if (expression === null) return 'null';
  const [, constant = '', of = ''] = /^('(?:[^']|'')*')::([^'()]+(?:\[\])?)$/.exec(expression) ?? [];
  const isNumber = ['integer', 'bigint', 'numeric'].includes(of) && /^'-\d+(\.\d+)?'$/.test(constant);
  if (isNumber) return constant.slice(1, -1);
  return constant !== '' && of === constantType(type) ? constant : lowered(expression);
}

/** How PostgreSQL writes the type of a constant in a column's default: without length or precision. */
function constantType(type: string): string {
  const bare = type.replace(/\(\d+(?:,\d+)?\)/, '');
  return bare === 'character' ? 'bpchar' : bare === 'bit' ? '"bit"' : bare;
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

function restOf(column: CatalogColumn): string {
  const { generated, identity, notNull } = column;
  const nullity = notNull ? ' not null' : ' null';
  if (identity !== null) return `${nullity} generated ${identity} as identity`;
  if (generated !== null) {
    const kind = generated.stored ? 'stored' : 'virtual';
    return ` generated always as (${expressionSql(generated.as)}) ${kind}${notNull ? ' not null' : ''}`;
  }
  return `${nullity}${column.default === null ? '' : ` default ${defaultSql(column)}`}`;
}
