import type { CatalogColumn } from '@headwater/kernel/internal/catalog';
import { parseName, quoteIdentifier, quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
import { defaultSql, typeSql } from './column-sql.ts';

/** Returns the statements that turn one column into another, in an order in which each is valid. */
export function alterColumnSql(on: string, before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const table = quoteName(on);
  const alter = (action: string): string =>
    `alter table ${table} alter column ${quoteIdentifier(after.name)} ${action};`;
  const changesType = before.type !== after.type || before.collation !== after.collation;
  // The old default may not fit the new type even if its text stays the same. Setting a default replaces the old one.
  const dropsDefault = before.default !== null && (changesType || after.default === null);
  const setsDefault = after.default !== null && (changesType || before.default !== after.default);
  return [
    ...(before.generated !== null && after.generated === null ? [alter('drop expression')] : []),
    ...(before.identity !== null && after.identity === null ? [alter('drop identity')] : []),
    ...(dropsDefault ? [alter('drop default')] : []),
    ...(before.serial !== null && after.serial === null
      ? [alter('drop default'), `drop sequence ${quoteName(before.serial)};`]
      : []),
    ...(changesType ? [alter(`type ${newTypeSql(before, after)}`)] : []),
    ...(changesType && before.serial !== null && after.serial !== null
      ? [`alter sequence ${quoteName(before.serial)} as ${typeSql(after.type)};`]
      : []),
    ...serialSql(on, before, after),
    ...(setsDefault ? [alter(`set default ${defaultSql(after)}`)] : []),
    ...(before.notNull !== after.notNull ? [alter(`${after.notNull ? 'set' : 'drop'} not null`)] : []),
    ...identitySql(on, before, after),
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

function serialSql(on: string, before: CatalogColumn, { name, type, serial }: CatalogColumn): readonly string[] {
  if (serial === null || before.serial === serial) return [];
  const [sequence, table, column] = [quoteName(serial), quoteName(on), quoteIdentifier(name)];
  if (before.serial !== null) {
    return [`alter sequence ${quoteName(before.serial)} rename to ${quoteIdentifier(parseName(serial).name)};`];
  }
  return [
    `create sequence ${sequence} as ${typeSql(type)} owned by ${table}.${column};`,
    // Continue after the largest existing value.
    `select setval(${quoteLiteral(sequence)}, coalesce(max(${column}), 0) + 1, false) from ${table};`,
    `alter table ${table} alter column ${column} set default nextval(${quoteLiteral(sequence)});`,
  ];
}

function identitySql(on: string, before: CatalogColumn, { name, identity }: CatalogColumn): readonly string[] {
  if (identity === null || before.identity === identity) return [];
  const [table, column] = [quoteName(on), quoteIdentifier(name)];
  const alter = `alter table ${table} alter column ${column}`;
  if (before.identity !== null) return [`${alter} set generated ${identity};`];
  const sequence = `pg_get_serial_sequence(${quoteLiteral(table)}, ${quoteLiteral(name)})`;
  return [
    `${alter} add generated ${identity} as identity;`,
    `select setval(${sequence}, coalesce(max(${column}), 0) + 1, false) from ${table};`,
  ];
}
