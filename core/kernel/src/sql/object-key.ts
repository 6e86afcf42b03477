import { namePart } from './qualified-name.ts';
import { tableKinds, type SqlKind, type SqlObject } from './sql-object.ts';

/**
 * An object by its kind and its name. `table` is the table that contains it; `null` for an object that is not in a
 * table.
 */
export interface ObjectAddress {
  readonly kind: string;
  readonly table: string | null;
  readonly name: string;
}

/** Returns the key of an object: `table core_object`, `column core_object.likes_count`, `view shop.sales`. */
export function objectKey({ kind, table, name }: ObjectAddress): string {
  return `${kind} ${table === null ? name : `${table}.${namePart(name)}`}`;
}

/** Returns the key of a setting of an object: `privileges of public of table core_object`. */
export function settingKey({ of, name }: { readonly of: ObjectAddress; readonly name: string }): string {
  return `${name} of ${objectKey(of)}`;
}

const relations: ReadonlySet<SqlKind> = new Set(['table', 'view', 'sequence', 'index']);

/**
 * Returns the key under which SQL finds an object. Tables, views, sequences and indexes share one namespace in
 * PostgreSQL, and SQL that says `table` may mean a view, so they all have the kind `relation` here.
 */
export function lookupKey({ kind, table, name }: Pick<SqlObject, 'kind' | 'name' | 'table'>): string {
  return objectKey({ kind: relations.has(kind) ? 'relation' : kind, table: tableKinds.has(kind) ? table : null, name });
}
