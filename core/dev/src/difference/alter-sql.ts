import type { CatalogColumn } from '@headwater/kernel/internal';
import type { ChangeOf } from './change.ts';
import { defaultSql, typeSql } from './column-sql.ts';
import { quoteName, quotePart, quoteText } from './names.ts';

/** The statements that make one column another, in an order in which each is possible. */
export function alterColumnSql(on: string, before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const table = quoteName(on);
  const alter = (what: string): string => `alter table ${table} alter column ${quotePart(after.name)} ${what};`;
  const retyped = before.type !== after.type || before.collation !== after.collation;
  // The old default may not fit the new type, though it reads the same; another one replaces it by itself.
  const undefault = before.default !== null && (retyped || after.default === null);
  const redefault = after.default !== null && (retyped || before.default !== after.default);
  return [
    ...(before.generated !== null && after.generated === null ? [alter('drop expression')] : []),
    ...(before.identity !== null && after.identity === null ? [alter('drop identity')] : []),
    ...(undefault ? [alter('drop default')] : []),
    ...(before.serial !== null && after.serial === null
      ? [alter('drop default'), `drop sequence ${quoteName(before.serial)};`]
      : []),
    ...(retyped ? [alter(`type ${retypeSql(before, after)}`)] : []),
    ...(retyped && before.serial !== null && after.serial !== null
      ? [`alter sequence ${quoteName(before.serial)} as ${typeSql(after.type)};`]
      : []),
    ...serialSql(on, before, after),
    ...(redefault ? [alter(`set default ${defaultSql(after)}`)] : []),
    ...(before.notNull !== after.notNull ? [alter(`${after.notNull ? 'set' : 'drop'} not null`)] : []),
    ...identitySql(on, before, after),
  ];
}

function retypeSql(before: CatalogColumn, after: CatalogColumn): string {
  const type = typeSql(after.type);
  const collation = after.collation === null ? '' : ` collate ${after.collation}`;
  const byItself = before.type === after.type || after.generated !== null || isAssignable(before.type, after.type);
  if (byItself) return `${type}${collation}`;
  // Between an enum and anything but text there is no other way.
  const isEnum = before.enum !== null || after.enum !== null;
  const through = !isEnum ? '' : before.type.endsWith('[]') ? '::text[]' : '::text';
  return `${type}${collation} using (${quotePart(after.name)}${through}::${type})`;
}

const numbers: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']);
const moments: ReadonlySet<string> = new Set(['date', 'timestamp without time zone', 'timestamp with time zone']);

/**
 * Whether PostgreSQL puts values of one type into a column of another by itself. It then refuses a value that is too long
 * or too great, where a cast that is written out would cut it.
 */
function isAssignable(before: string, after: string): boolean {
  const [from, to] = [before, after].map((type) => type.replace(/\(\d+(?:,\d+)?\)/, ''));
  if (from === undefined || to === undefined) return false;
  if (from === to || to === 'text' || to === 'character varying') return true;
  return [numbers, moments].some((family) => family.has(from) && family.has(to));
}

function serialSql(on: string, before: CatalogColumn, { name, type, serial }: CatalogColumn): readonly string[] {
  if (serial === null || before.serial === serial) return [];
  const [sequence, table, column] = [quoteName(serial), quoteName(on), quotePart(name)];
  if (before.serial !== null) {
    return [
      `alter sequence ${quoteName(before.serial)} rename to ${quotePart(serial.slice(serial.indexOf('.') + 1))};`,
    ];
  }
  return [
    `create sequence ${sequence} as ${typeSql(type)} owned by ${table}.${column};`,
    // Behind the greatest value there is.
    `select setval(${quoteText(sequence)}, coalesce(max(${column}), 0) + 1, false) from ${table};`,
    `alter table ${table} alter column ${column} set default nextval(${quoteText(sequence)});`,
  ];
}

function identitySql(on: string, before: CatalogColumn, { name, identity }: CatalogColumn): readonly string[] {
  if (identity === null || before.identity === identity) return [];
  const [table, column] = [quoteName(on), quotePart(name)];
  const alter = `alter table ${table} alter column ${column}`;
  if (before.identity !== null) return [`${alter} set generated ${identity};`];
  const sequence = `pg_get_serial_sequence(${quoteText(table)}, ${quoteText(name)})`;
  return [
    `${alter} add generated ${identity} as identity;`,
    `select setval(${sequence}, coalesce(max(${column}), 0) + 1, false) from ${table};`,
  ];
}

/** The statements that give an enum other values. */
export function changeEnumSql({ before, after, columns, rebuild }: ChangeOf<'change enum'>): readonly string[] {
  const type = quoteName(after.name);
  if (!rebuild) return addValuesSql(type, before.values, after.values);
  const at = after.name.indexOf('.') + 1;
  // Within the 63 bytes that a name may have.
  const bare = `${after.name.slice(at, at + 58)}__old`;
  const [old, oldBare] = [`${after.name.slice(0, at)}${bare}`, quotePart(bare)];
  return [
    `alter type ${type} rename to ${oldBare};`,
    createEnumSql(after.name, after.values),
    ...columns.flatMap(({ on, column, keepsDefault }) => {
      const alter = (what: string): string =>
        `alter table ${quoteName(on)} alter column ${quotePart(column.name)} ${what};`;
      const [through, to] = [column.type.endsWith('[]') ? '::text[]' : '::text', column.type];
      return [
        ...(column.default === null ? [] : [alter('drop default')]),
        alter(`type ${to} using (${quotePart(column.name)}${through}::${to})`),
        // Another default is set with the column's other changes.
        ...(column.default === null || !keepsDefault ? [] : [alter(`set default ${defaultSql(column)}`)]),
      ];
    }),
    `drop type ${quoteName(old)};`,
  ];
}

/** The statement that makes an enum. */
export function createEnumSql(name: string, values: readonly string[]): string {
  return `create type ${quoteName(name)} as enum (${values.map(quoteText).join(', ')});`;
}

/** One value after another, each at the place where it belongs; at the end where nothing is said. */
function addValuesSql(type: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const there = new Set(before);
  return after.flatMap((value, i) => {
    if (there.has(value)) return [];
    const next = after.slice(i + 1).find((other) => there.has(other));
    const place = next === undefined ? '' : ` before ${quoteText(next)}`;
    there.add(value);
    return [`alter type ${type} add value ${quoteText(value)}${place};`];
  });
}
