import type { Catalog, CatalogColumn, CatalogDefinition } from '@headwater/kernel/internal/catalog';
import { parseName, quoteIdentifier } from '@headwater/kernel/internal/sql';
import type { Change, EnumColumn } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { compareMaps } from './compare-maps.ts';

/** Returns the enum changes from one catalog to another. `others` are all other changes between the two. */
export function enumChanges(before: Catalog, after: Catalog, others: readonly Change[]): readonly Change[] {
  const changes: Change[] = [];
  compareMaps(before.enums, after.enums, {
    removed: (one) => changes.push({ kind: 'drop enum', enum: one }),
    added: (one) => changes.push({ kind: 'create enum', enum: one }, ...commentChanges('type', null, null, one)),
    kept: (old, now) => {
      const isSame = old.values.join('\0') === now.values.join('\0');
      const added = now.values.filter((value) => !old.values.includes(value));
      const rebuild = !isSubsequence(old.values, now.values) || usesAny(others, now.name, added);
      const domains = rebuild ? domainsOver(now.name, before) : [];
      const types = new Set([now.name, ...domains.map(({ name }) => name)]);
      const columns = columnsOfTypes(types, before, after);
      if (!isSame) changes.push({ kind: 'change enum', before: old, after: now, columns, rebuild, domains });
      changes.push(...commentChanges('type', null, old, now, !isSame && rebuild));
    },
  });
  return changes;
}

/** Returns the domains over an enum, each before the domains over itself. */
function domainsOver(name: string, { definitions }: Catalog): readonly CatalogDefinition[] {
  const types = new Set([name]);
  return [...definitions.values()].filter((one) => {
    const isOver = one.kind === 'domain' && one.uses.some((used) => types.has(used));
    if (isOver) types.add(one.name);
    return isOver;
  });
}

/** Returns the name of the enum of a column, or of its type otherwise. */
function typeOf({ enum: name, type }: CatalogColumn): string {
  return name ?? type.replace(/\[\]$/, '').replaceAll('"', '');
}

function columnsOfTypes(types: ReadonlySet<string>, before: Catalog, after: Catalog): readonly EnumColumn[] {
  return [...before.tables.values()].flatMap((table) =>
    [...table.columns.values()].flatMap((column) => {
      const now = after.tables.get(table.name)?.columns.get(column.name);
      if (!types.has(typeOf(column)) || now === undefined || typeOf(now) !== typeOf(column)) return [];
      if (now.generated !== null) return [];
      const lasting = after.tables.get(table.name)?.inherits ?? [];
      const parents = table.inherits.filter(
        (name) => lasting.includes(name) && before.tables.get(name)?.columns.has(column.name) === true,
      );
      const keepsDefault = now.default === column.default && now.type === column.type;
      return [{ on: table.name, column, keepsDefault, parents }];
    }),
  );
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const value of whole) if (value === part[at]) at += 1;
  return at === part.length;
}

/** Whether the changes use a new value. Before PostgreSQL 17, this fails in the transaction that adds the value. */
function usesAny(changes: readonly Change[], enumName: string, values: readonly string[]): boolean {
  const expressions = changes.flatMap((change) => {
    if ('constraint' in change) return [change.constraint.definition];
    if ('index' in change) return [change.index.definition];
    if ('definition' in change) return [change.definition.definition];
    if (change.kind === 'alter column') return [change.after.default ?? ''];
    if (change.kind === 'setting') return [change.after?.set ?? ''];
    if (change.kind === 'create table') {
      return Array.from(change.table.columns.values(), (column) => column.default ?? column.generated?.as ?? '');
    }
    return change.kind === 'add column' ? [change.column.default ?? '', change.column.generated?.as ?? ''] : [];
  });
  const { name } = parseName(enumName);
  const types = [name, quoteIdentifier(name)];
  return values.some((value) => expressions.some((text) => hasConstant(text, value.replaceAll("'", "''"), types)));
}

/** Whether an expression contains the value as a constant of one of the types, alone or in an array. */
function hasConstant(expression: string, value: string, types: readonly string[]): boolean {
  const constants = /'((?:[^']|'')*)'::(?:\w+\.|"(?:[^"]|"")*"\.)?(\w+|"(?:[^"]|"")*")(\[\])?/g;
  return expression.matchAll(constants).some(([, constant = '', type = '', array]) => {
    return types.includes(type) && (array === undefined ? constant === value : constant.includes(value));
  });
}
