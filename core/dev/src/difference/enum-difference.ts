import type { Catalog } from '@headwater/kernel/internal';
import type { Change, EnumColumn } from './change.ts';
import { commentChanges } from './comment-difference.ts';
import { quotePart } from './names.ts';
import { each } from './compare-maps.ts';

/** What leads from the enums of one catalog to those of another, where `others` are all other changes. */
export function enumChanges(
  before: Catalog,
  after: Catalog,
  others: readonly Change[],
  undefine: boolean,
): readonly Change[] {
  const changes: Change[] = [];
  each(before.enums, after.enums, {
    gone: (one) => changes.push({ kind: 'drop enum', enum: one }),
    come: (one) =>
      changes.push({ kind: 'create enum', enum: one }, ...commentChanges('type', null, null, one, undefine)),
    both: (old, now) => {
      const same = old.values.join('\0') === now.values.join('\0');
      const rebuild =
        !isSubsequence(old.values, now.values) || usesAny(others, now.name, added(old.values, now.values));
      const columns = columnsOf(now.name, before, after);
      if (!same) changes.push({ kind: 'change enum', before: old, after: now, columns, rebuild });
      changes.push(...commentChanges('type', null, old, now, undefine, !same && rebuild));
    },
  });
  return changes;
}

function columnsOf(name: string, before: Catalog, after: Catalog): readonly EnumColumn[] {
  return [...before.tables.values()].flatMap((table) =>
    [...table.columns.values()].flatMap((column) => {
      const now = after.tables.get(table.name)?.columns.get(column.name);
      if (column.enum !== name || now?.enum !== name || now.generated !== null) return [];
      return [{ on: table.name, column, keepsDefault: now.default === column.default && now.type === column.type }];
    }),
  );
}

function added(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.filter((value) => !before.includes(value));
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const value of whole) if (value === part[at]) at += 1;
  return at === part.length;
}

/** Whether a new value is used by what changes with it: before PostgreSQL 17 not in the transaction that adds it. */
function usesAny(changes: readonly Change[], name: string, values: readonly string[]): boolean {
  const texts = changes.flatMap((change) => {
    if ('constraint' in change) return [change.constraint.definition];
    if ('index' in change) return [change.index.definition];
    if ('definition' in change) return [change.definition.definition];
    if (change.kind === 'alter column') return [change.after.default ?? ''];
    if (change.kind === 'create table') {
      return Array.from(change.table.columns.values(), (column) => column.default ?? column.generated?.as ?? '');
    }
    return change.kind === 'add column' ? [change.column.default ?? '', change.column.generated?.as ?? ''] : [];
  });
  const types = name.split('.').flatMap((part, i, { length }) => (i === length - 1 ? [part, quotePart(part)] : []));
  return values.some((value) => texts.some((text) => isConstantIn(text, value.replaceAll("'", "''"), types)));
}

/** Whether a text has a constant of one of the types that is the value or, as an array, holds it. */
function isConstantIn(text: string, value: string, types: readonly string[]): boolean {
  return text.matchAll(/'((?:[^']|'')*)'::(?:\w+\.|"(?:[^"]|"")*"\.)?(\w+|"(?:[^"]|"")*")(\[\])?/g).some((found) => {
    const [, constant = '', type = '', array] = found;
    return types.includes(type) && (array === undefined ? constant === value : constant.includes(value));
  });
}
