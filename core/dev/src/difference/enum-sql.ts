import { nameText, parseName, quoteIdentifier, quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
import type { ChangeOf } from './change.ts';
import { defaultSql } from './column-sql.ts';
import { defineSql } from './definition-sql.ts';

/** Returns the statement that creates an enum. */
export function createEnumSql(name: string, values: readonly string[]): string {
  return `create type ${quoteName(name)} as enum (${values.map(quoteLiteral).join(', ')});`;
}

/** Returns the statements that change the values of an enum. */
export function changeEnumSql({
  before,
  after,
  columns,
  rebuild,
  domains,
}: ChangeOf<'change enum'>): readonly string[] {
  const type = quoteName(after.name);
  if (!rebuild) return addValuesSql(type, before.values, after.values);
  return [
    `alter type ${type} rename to ${quoteIdentifier(parseName(oldName(after.name)).name)};`,
    createEnumSql(after.name, after.values),
    ...domains.flatMap((domain) => [
      `alter domain ${quoteName(domain.name)} rename to ${quoteIdentifier(parseName(oldName(domain.name)).name)};`,
      defineSql(domain),
    ]),
    ...columns.flatMap(({ on, column, keepsDefault }) => {
      const alter = (action: string): string =>
        `alter table ${quoteName(on)} alter column ${quoteIdentifier(column.name)} ${action};`;
      const [through, to] = [column.type.endsWith('[]') ? '::text[]' : '::text', column.type];
      return [
        ...(column.default === null ? [] : [alter('drop default')]),
        alter(`type ${to} using (${quoteIdentifier(column.name)}${through}::${to})`),
        // A new default is set with the other changes to the column.
        ...(column.default === null || !keepsDefault ? [] : [alter(`set default ${defaultSql(column)}`)]),
      ];
    }),
    ...domains.toReversed().map(({ name }) => `drop domain ${quoteName(oldName(name))};`),
    `drop type ${quoteName(oldName(after.name))};`,
  ];
}

/** Returns the name of a type while its new version is taking its place. */
function oldName(type: string): string {
  const { schema, name } = parseName(type);
  // 58 characters, since a name has at most 63 bytes.
  return nameText({ schema, name: `${name.slice(0, 58)}__old` });
}

/** Adds each new value before its next existing value, or at the end. */
function addValuesSql(type: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const existing = new Set(before);
  return after.flatMap((value, i) => {
    if (existing.has(value)) return [];
    const next = after.slice(i + 1).find((other) => existing.has(other));
    const position = next === undefined ? '' : ` before ${quoteLiteral(next)}`;
    existing.add(value);
    return [`alter type ${type} add value ${quoteLiteral(value)}${position};`];
  });
}
