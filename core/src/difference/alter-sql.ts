import type { CatalogColumn } from '../shadow/catalog.ts';
import type { ChangeOf } from './change.ts';
import { defaultSql, typeSql } from './column-sql.ts';
import { quoteName, quotePart, quoteText } from './names.ts';

/** The statements that make one column another, in an order in which each is possible. */
export function alterColumnSql(on: string, before: CatalogColumn, after: CatalogColumn): readonly string[] {
  const table = quoteName(on);
  const alter = (what: string): string => `alter table ${table} alter column ${quotePart(after.name)} ${what};`;
  const retyped = before.type !== after.type || before.collation !== after.collation;
  // The old default may not fit the new type, though it reads the same.
  const undefault = before.default !== null && (before.default !== after.default || retyped);
  const redefault = after.default !== null && (before.default !== after.default || retyped);
  return [
    ...(before.generated !== null && after.generated === null ? [alter('drop expression')] : []),
    ...(before.identity !== null && after.identity === null ? [alter('drop identity')] : []),
    ...(undefault ? [alter('drop default')] : []),
    ...(before.serial !== null && before.serial !== after.serial && after.serial === null
      ? [alter('drop default'), `drop sequence ${quoteName(before.serial)};`]
      : []),
    ...(retyped ? [alter(`type ${retype(before, after)}`)] : []),
    ...(retyped && before.serial !== null && after.serial !== null
      ? [`alter sequence ${quoteName(before.serial)} as ${typeSql(after.type)};`]
      : []),
    ...serialSql(on, before, after),
    ...(redefault ? [alter(`set default ${defaultSql(after.default)}`)] : []),
    ...(before.notNull !== after.notNull ? [alter(`${after.notNull ? 'set' : 'drop'} not null`)] : []),
    ...identitySql(before, after).map(alter),
  ];
}

function retype(before: CatalogColumn, after: CatalogColumn): string {
  const type = typeSql(after.type);
  const collation = after.collation === null ? '' : ` collate ${after.collation}`;
  if (before.type === after.type) return `${type}${collation}`;
  // Between an enum and anything but text there is no other way.
  const through = before.enum !== null || after.enum !== null ? '::text' : '';
  return `${type}${collation} using (${quotePart(after.name)}${through}::${type})`;
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

function identitySql({ identity: before }: CatalogColumn, { identity: after }: CatalogColumn): readonly string[] {
  if (after === null || before === after) return [];
  return [before === null ? `add generated ${after} as identity` : `set generated ${after}`];
}

/** The statements that give an enum other values. */
export function changeEnumSql({ before, after, columns, rebuild }: ChangeOf<'change enum'>): readonly string[] {
  const type = quoteName(after.name);
  if (!rebuild) return addValuesSql(type, before.values, after.values);
  const at = after.name.indexOf('.') + 1;
  const [old, oldBare] = [`${after.name}__old`, quotePart(`${after.name.slice(at)}__old`)];
  return [
    `alter type ${type} rename to ${oldBare};`,
    createEnumSql(after.name, after.values),
    ...columns.flatMap(({ on, column }) => {
      const alter = (what: string): string =>
        `alter table ${quoteName(on)} alter column ${quotePart(column.name)} ${what};`;
      const isArray = column.type.endsWith('[]');
      const [through, to] = isArray ? ['::text[]', `${type}[]`] : ['::text', type];
      return [
        ...(column.default === null ? [] : [alter('drop default')]),
        alter(`type ${to} using (${quotePart(column.name)}${through}::${to})`),
        ...(column.default === null ? [] : [alter(`set default ${defaultSql(column.default)}`)]),
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
