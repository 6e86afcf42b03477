import { nameText, parseName, quoteIdentifier, quoteLiteral, quoteName } from '@headwater/kernel/internal/sql';
import type { ChangeOf, EnumColumn } from './change.ts';
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
    ...retypeSql(columns),
    ...domains.toReversed().map(({ name }) => `drop domain ${quoteName(oldName(name))};`),
    `drop type ${quoteName(oldName(after.name))};`,
  ];
}

/**
 * Returns the statements that give columns the new version of their type. The default of a column must be gone meanwhile.
 * The type of an inherited column can only change with that of its parent, so no heir may have a default then.
 */
function retypeSql(columns: readonly EnumColumn[]): readonly string[] {
  const bequeathed = new Set(columns.flatMap(({ column, parents }) => parents.map((on) => `${on}.${column.name}`)));
  const isShared = ({ on, column, parents }: EnumColumn): boolean =>
    parents.length > 0 || bequeathed.has(`${on}.${column.name}`);
  const alone = columns.filter((one) => !isShared(one));
  const shared = columns.filter(isShared);
  return [
    ...alone.flatMap((one) => [...dropDefaultSql(one, ''), typeSql(one), ...setDefaultSql(one, '')]),
    // Without `only`, the change of a default reaches the heirs, which may have others.
    ...shared.flatMap((one) => dropDefaultSql(one, 'only ')),
    ...shared.filter(({ parents }) => parents.length === 0).map(typeSql),
    ...shared.flatMap((one) => setDefaultSql(one, 'only ')),
  ];
}

type Reach = '' | 'only ';

function alterSql({ on, column }: EnumColumn, reach: Reach, action: string): string {
  return `alter table ${reach}${quoteName(on)} alter column ${quoteIdentifier(column.name)} ${action};`;
}

function dropDefaultSql(one: EnumColumn, reach: Reach): readonly string[] {
  return one.column.default === null ? [] : [alterSql(one, reach, 'drop default')];
}

function typeSql(one: EnumColumn): string {
  const { name, type } = one.column;
  const through = type.endsWith('[]') ? '::text[]' : '::text';
  return alterSql(one, '', `type ${type} using (${quoteIdentifier(name)}${through}::${type})`);
}

/** A new default is set with the other changes to the column. */
function setDefaultSql(one: EnumColumn, reach: Reach): readonly string[] {
  const { column, keepsDefault } = one;
  return column.default === null || !keepsDefault ? [] : [alterSql(one, reach, `set default ${defaultSql(column)}`)];
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
