import type { Catalog } from '@headwater/kernel/internal/catalog';
import { objectKey, type ObjectAddress } from '@headwater/kernel/internal/sql';
import type { ChangeOf } from '../difference/change.ts';
import { isPrivileges } from '../difference/setting-difference.ts';

/**
 * Returns the lines of the record for all objects and properties in a catalog of entities, with the object that each
 * belongs to: `table shop_item`, `comment of column shop_item.name`, `force of row security shop_item`.
 */
export function recordLines(declared: Catalog): readonly (readonly [line: string, object: ObjectAddress])[] {
  const lines: (readonly [string, ObjectAddress])[] = [];
  const add = (object: ObjectAddress, property: string | null = null): void =>
    void lines.push([recordLine(object, property), object]);
  const addCommented = (object: ObjectAddress, { comment }: { readonly comment: string | null }): void => {
    add(object);
    if (comment !== null) add(object, 'comment');
  };
  for (const one of declared.enums.values()) addCommented({ kind: 'type', table: null, name: one.name }, one);
  for (const table of declared.tables.values()) {
    const { name: of, columns, constraints, indexes, partitions, rowSecurity } = table;
    addCommented({ kind: 'table', table: null, name: of }, table);
    for (const one of columns.values()) addCommented({ kind: 'column', table: of, name: one.name }, one);
    for (const one of constraints.values()) addCommented({ kind: 'constraint', table: of, name: one.name }, one);
    for (const one of indexes.values()) addCommented({ kind: 'index', table: of, name: one.name }, one);
    for (const name of partitions.keys()) add({ kind: 'partition', table: of, name });
    const security = { kind: 'row security', table: null, name: of };
    if (rowSecurity !== 'off') add(security);
    if (rowSecurity === 'forced') add(security, 'force');
  }
  for (const { kind, table, name } of declared.definitions.values()) add({ kind, table, name });
  for (const setting of declared.settings.values()) if (!isPrivileges(setting)) add(setting.of, setting.name);
  return lines;
}

/** Returns the line of an object, or of one of its properties. */
function recordLine(object: ObjectAddress, property: string | null): string {
  return property === null ? objectKey(object) : `${property} of ${objectKey(object)}`;
}

/** Tells whether entities declare an object, or one of its properties, or did so when the record was written. */
export type IsRecorded = (object: ObjectAddress, property?: string | null) => boolean;

/** Looks objects up in a record that was written before the renames. */
export function recordLookup(lines: ReadonlySet<string>, renames: readonly ChangeOf<'rename'>[] = []): IsRecorded {
  return (object, property = null) => lines.has(recordLine(originalAddress(object, renames), property));
}

/** Returns the address of an object before renames. */
function originalAddress(object: ObjectAddress, renames: readonly ChangeOf<'rename'>[]): ObjectAddress {
  const tableOf = (name: string): string => renames.find(({ of, to }) => of === 'table' && to === name)?.from ?? name;
  const { kind, table, name } = object;
  if (table === null) return kind === 'table' || kind === 'row security' ? { ...object, name: tableOf(name) } : object;
  const part = renames.find(({ of, on, to }) => of === kind && on === table && to === name);
  return { kind, table: tableOf(table), name: part?.from ?? name };
}

/** Returns the names of the tables and views in a record. */
export function recordedRelations(lines: Iterable<string>): ReadonlySet<string> {
  const pattern = /^(?:table|view|materialized view) (.+)$/;
  return new Set(Array.from(lines).flatMap((line) => pattern.exec(line)?.[1] ?? []));
}

/** Returns an object for messages: `column likes_like.note`, `function likes_count(integer)`. */
export function displayAddress({ kind, table, name }: ObjectAddress): string {
  return `${kind} ${table === null || kind === 'partition' ? name : `${table}.${name}`}`;
}

/** Returns the names by which a person may call an object. */
export function namesOf(object: ObjectAddress): readonly string[] {
  const { kind, table, name } = object;
  const shown = displayAddress(object);
  const isFunction = kind === 'function' || kind === 'aggregate';
  // A function without its arguments, and a part without its table.
  return [
    shown,
    shown.slice(kind.length + 1),
    ...(isFunction ? [name.replace(/\(.*$/s, '')] : []),
    ...(table === null ? [] : [name]),
  ];
}
