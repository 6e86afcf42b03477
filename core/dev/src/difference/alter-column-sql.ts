import type { CatalogColumn } from '@headwater/kernel/internal/catalog';
import { parseName, quoteIdentifier, quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
import { keepsSequence, serialOf } from './column-sequence.ts';
import { defaultSql, identitySql, typeSql } from './column-sql.ts';

/** Returns the statements that turn one column into another, in an order in which each is valid. */
export function alterColumnSql(on: string, before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const table = quoteName(on);
  const alter = (action: string): string =>
    `alter table ${table} alter column ${quoteIdentifier(after.name)} ${action};`;
  const changesType = before.type !== after.type || before.collation !== after.collation;
  const [was, is] = [serialOf(before), serialOf(after)];
  // The old default may not fit the new type even if its text stays the same. Setting a default replaces the old one.
  const dropsDefault = before.default !== null && (changesType || after.default === null);
  const setsDefault = after.default !== null && (changesType || before.default !== after.default);
  return [
    ...(before.generated !== null && after.generated === null ? [alter('drop expression')] : []),
    ...(before.identity !== null && after.identity === null ? [alter('drop identity')] : []),
    ...(dropsDefault ? [alter('drop default')] : []),
    ...(was !== null && is === null ? [alter('drop default'), `drop sequence ${quoteName(was)};`] : []),
    ...(changesType ? [alter(`type ${newTypeSql(before, after)}`)] : []),
    ...(changesType && was !== null && is !== null
      ? [`alter sequence ${quoteName(was)} as ${typeSql(after.type)};`]
      : []),
    ...renameSql(before, after),
    ...(was === null && is !== null ? serialSql(on, after, is) : []),
    ...(setsDefault ? [alter(`set default ${defaultSql(after)}`)] : []),
    ...(before.notNull !== after.notNull ? [alter(`${after.notNull ? 'set' : 'drop'} not null`)] : []),
    ...newIdentitySql(on, before, after),
  ];
}

function newTypeSql(before: CatalogColumn, after: CatalogColumn): string {
  const type = typeSql(after.type);
  const collation = after.collation === null ? '' : ` collate ${after.collation}`;
  const isImplicit = before.type === after.type || after.generated !== null || isAssignable(before.type, after.type);
  if (isImplicit) return `${type}${collation}`;
  // PostgreSQL has no cast from an enum to any type but text.
  const isEnum = before.enum !== null || after.enum !== null;
  const through = !isEnum ? '' : before.type.endsWith('[]') ? '::text[]' : '::text';
  return `${type}${collation} using (${quoteIdentifier(after.name)}${through}::${type})`;
}

const numberTypes: ReadonlySet<string> = new Set([
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double precision',
]);
const timeTypes: ReadonlySet<string> = new Set(['date', 'timestamp without time zone', 'timestamp with time zone']);

const textTypes: ReadonlySet<string> = new Set(['text', 'character varying', 'character']);
const bitTypes: ReadonlySet<string> = new Set(['bit', 'bit varying']);

/**
 * Whether PostgreSQL converts values of one type to another with an assignment cast. Such a cast refuses values that
 * are too long or too large; an explicit cast would truncate them.
 */
function isAssignable(before: string, after: string): boolean {
  if (before.endsWith('[]') !== after.endsWith('[]')) return false;
  const [from = '', to = ''] = [before, after].map((type) => type.replace(/\(\d+(?:,\d+)?\)/, '').replace('[]', ''));
  // A single value of any type has a text form.
  if (from === to || (textTypes.has(to) && !after.endsWith('[]'))) return true;
  return [numberTypes, timeTypes, textTypes, bitTypes].some((types) => types.has(from) && types.has(to));
}

/** Renames the sequence of a column that stays serial, or an identity. */
function renameSql(before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const [was, is] = [before.sequence, after.sequence];
  if (was === null || is === null || was.name === is.name || !keepsSequence(before, after)) return [];
  return [`alter sequence ${quoteName(was.name)} rename to ${quoteIdentifier(parseName(is.name).name)};`];
}

function serialSql(on: string, { name, type }: CatalogColumn, serial: string): readonly string[] {
  const [sequence, table, column] = [quoteName(serial), quoteName(on), quoteIdentifier(name)];
  return [
    `create sequence ${sequence} as ${typeSql(type)} owned by ${table}.${column};`,
    // Continue after the largest existing value.
    `select setval(${quoteLiteral(sequence)}, coalesce(max(${column}), 0) + 1, false) from ${table};`,
    `alter table ${table} alter column ${column} set default nextval(${quoteLiteral(sequence)});`,
  ];
}

function newIdentitySql(on: string, before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const { name, identity } = after;
  if (identity === null || before.identity === identity) return [];
  const [table, column] = [quoteName(on), quoteIdentifier(name)];
  const alter = `alter table ${table} alter column ${column}`;
  if (before.identity !== null) return [`${alter} set generated ${identity};`];
  const sequence = `pg_get_serial_sequence(${quoteLiteral(table)}, ${quoteLiteral(name)})`;
  return [
    `${alter} add ${identitySql(on, after)};`,
    `select setval(${sequence}, coalesce(max(${column}), 0) + 1, false) from ${table};`,
  ];
}
