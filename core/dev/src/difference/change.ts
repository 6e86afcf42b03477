import type {
  CatalogColumn,
  CatalogConstraint,
  CatalogDefinition,
  CatalogEnum,
  CatalogIndex,
  CatalogPartition,
  CatalogSchema,
  CatalogSetting,
  CatalogTable,
  RowSecurity,
} from '@headwater/kernel/internal/catalog';
import { objectKey, settingKey, type ObjectAddress } from '@headwater/kernel/internal/sql';

/** A step from one catalog to another. */
export type Change =
  | { readonly kind: 'create schema' | 'drop schema'; readonly schema: CatalogSchema }
  | { readonly kind: 'create enum' | 'drop enum'; readonly enum: CatalogEnum }
  | {
      readonly kind: 'change enum';
      readonly before: CatalogEnum;
      readonly after: CatalogEnum;
      /** The columns that have its type, or that of one of the domains, both before and after the change. */
      readonly columns: readonly EnumColumn[];
      /** Whether the type is rebuilt. PostgreSQL cannot remove or move a value, or use one that it has just added. */
      readonly rebuild: boolean;
      /** The domains over it, which are rebuilt with it. */
      readonly domains: readonly CatalogDefinition[];
    }
  | { readonly kind: 'create table' | 'drop table'; readonly table: CatalogTable }
  | { readonly kind: 'add column' | 'drop column'; readonly on: string; readonly column: CatalogColumn }
  | {
      readonly kind: 'alter column';
      readonly on: string;
      readonly before: CatalogColumn;
      readonly after: CatalogColumn;
    }
  | {
      /** `validate` applies to a constraint that was added as `not valid`. */
      readonly kind: 'add constraint' | 'drop constraint' | 'validate constraint';
      readonly on: string;
      readonly constraint: CatalogConstraint;
    }
  | { readonly kind: 'add index' | 'drop index'; readonly on: string; readonly index: CatalogIndex }
  | {
      /** A new name for a table or for one of its parts. */
      readonly kind: 'rename';
      readonly of: 'table' | 'column' | 'constraint' | 'index';
      /** The table; for the rename of a table, its new name. */
      readonly on: string;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'add partition' | 'drop partition';
      readonly on: string;
      readonly partition: CatalogPartition;
    }
  | { readonly kind: 'row security'; readonly on: string; readonly before: RowSecurity; readonly after: RowSecurity }
  | { readonly kind: 'define' | 'undefine'; readonly definition: CatalogDefinition }
  | {
      /** A definition that is rebuilt because it changed or because an object that it uses is rebuilt. */
      readonly kind: 'redefine';
      readonly before: CatalogDefinition;
      readonly definition: CatalogDefinition;
      /** Whether it must be dropped, since a type that it uses is rebuilt. Default: only if it cannot change in place. */
      readonly isDropped?: true;
    }
  | {
      /** A setting that is set, changed, or returned to that of a new object. */
      readonly kind: 'setting';
      readonly object: ObjectAddress;
      readonly name: string;
      readonly before: CatalogSetting | null;
      readonly after: CatalogSetting | null;
    }
  | {
      readonly kind: 'comment';
      readonly of: 'schema' | 'type' | 'table' | 'column' | 'constraint' | 'index';
      /** The table of a column, a constraint or an index; `null` for anything else. */
      readonly on: string | null;
      readonly name: string;
      readonly comment: string | null;
    };

/** The changes of kind `K`. */
export type ChangeOf<K extends Change['kind'], C = Change> = C extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? C
    : never
  : never;

/** A column with the type of an enum, before the change. */
export interface EnumColumn {
  readonly on: string;
  readonly column: CatalogColumn;
  /** Whether its default stays the same. */
  readonly keepsDefault: boolean;
  /** The tables from which the column is inherited before and after the change. Its type changes with theirs. */
  readonly parents: readonly string[];
}

/**
 * Returns the key of a change, which is the key of the object, or of its comment or its setting if only that changes.
 */
export function changeKey(change: Change): string {
  if (change.kind === 'setting') return settingKey({ of: change.object, name: change.name });
  return change.kind === 'comment' ? `comment on ${changedObjectKey(change)}` : changedObjectKey(change);
}

/** Returns the key of the object that a change affects. */
export function changedObjectKey(change: Change): string {
  return objectKey(changedObject(change));
}

/** Returns the object that a change affects. */
export function changedObject(change: Change): ObjectAddress {
  switch (change.kind) {
    case 'create schema':
    case 'drop schema':
      return { kind: 'schema', table: null, name: change.schema.name };
    case 'create enum':
    case 'drop enum':
      return { kind: 'type', table: null, name: change.enum.name };
    case 'change enum':
      return { kind: 'type', table: null, name: change.after.name };
    case 'create table':
    case 'drop table':
      return { kind: 'table', table: null, name: change.table.name };
    case 'add column':
    case 'drop column':
      return { kind: 'column', table: change.on, name: change.column.name };
    case 'alter column':
      return { kind: 'column', table: change.on, name: change.after.name };
    case 'add constraint':
    case 'drop constraint':
    case 'validate constraint':
      return { kind: 'constraint', table: change.on, name: change.constraint.name };
    case 'add index':
    case 'drop index':
      return { kind: 'index', table: change.on, name: change.index.name };
    case 'add partition':
    case 'drop partition':
      return { kind: 'partition', table: change.on, name: change.partition.name };
    case 'row security':
      return { kind: 'row security', table: null, name: change.on };
    case 'rename':
      return { kind: change.of, table: change.of === 'table' ? null : change.on, name: change.to };
    case 'comment':
      return { kind: change.of, table: change.on, name: change.name };
    case 'setting':
      return change.object;
    default:
      return change.definition;
  }
}

/** Returns the names of the types that a change rebuilds: an enum and the domains over it. */
export function rebuiltTypes(change: Change): readonly string[] {
  if (change.kind !== 'change enum' || !change.rebuild) return [];
  return [change.after.name, ...change.domains.map(({ name }) => name)];
}

/** Returns the key of a column. */
export function columnKey(table: string, name: string): string {
  return objectKey({ kind: 'column', table, name });
}

/** Returns the name that `CatalogDefinition.uses` and `CatalogColumn.sequencesOf` contain for a column. */
export function columnName(table: string, column: string): string {
  return `${table}.${column}`;
}

/** Returns the table that a change affects; `null` for a change outside of tables. */
export function changedTable(change: Change): string | null {
  if ('table' in change) return change.table.name;
  if ('definition' in change) return change.definition.table;
  if (change.kind === 'comment' && change.of === 'table') return change.name;
  if (change.kind === 'setting') return change.object.kind === 'table' ? change.object.name : change.object.table;
  return 'on' in change ? change.on : null;
}
