import type { CatalogColumn, CatalogConstraint, CatalogDefinition, CatalogEnum, CatalogIndex, CatalogPartition, CatalogSchema, CatalogTable, RowSecurity } from '@headwater/kernel/internal';

/** One step from a catalog to another. */
export type Change =
  | { readonly kind: 'create schema' | 'drop schema'; readonly schema: CatalogSchema }
  | { readonly kind: 'create enum' | 'drop enum'; readonly enum: CatalogEnum }
  | {
      readonly kind: 'change enum';
      readonly before: CatalogEnum;
      readonly after: CatalogEnum;
      /** Those that have its type before and after. */
      readonly columns: readonly EnumColumn[];
      /** Whether the type is made anew: values cannot be removed, moved, or used in the transaction that adds them. */
      readonly rebuild: boolean;
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
      /** Validating is what a constraint lacks that was added `not valid`. */
      readonly kind: 'add constraint' | 'drop constraint' | 'validate constraint';
      readonly on: string;
      readonly constraint: CatalogConstraint;
    }
  | { readonly kind: 'add index' | 'drop index'; readonly on: string; readonly index: CatalogIndex }
  | {
      /** A name alone: of a table, or of what is on one. */
      readonly kind: 'rename';
      readonly of: 'table' | 'column' | 'constraint' | 'index';
      /** The table; of a table its new name. */
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
      /** Made anew, in another way or since what it stands on is. */
      readonly kind: 'redefine';
      readonly before: CatalogDefinition;
      readonly definition: CatalogDefinition;
    }
  | {
      readonly kind: 'comment';
      readonly of: 'schema' | 'type' | 'table' | 'column' | 'constraint' | 'index';
      /** The table that a column or constraint is on; `null` for anything else. */
      readonly on: string | null;
      readonly name: string;
      readonly comment: string | null;
    };

/** The changes that may be of kind `K`. */
export type ChangeOf<K extends Change['kind'], C = Change> = C extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? C
    : never
  : never;

/** A column of an enum's type, as it was. */
export interface EnumColumn {
  readonly on: string;
  readonly column: CatalogColumn;
  /** Whether its default is the same afterwards. */
  readonly keepsDefault: boolean;
}

/** What a change is about, by kind and name: two changes of one object have the same key. */
export function keyOf(change: Change): string {
  switch (change.kind) {
    case 'create schema':
    case 'drop schema':
      return `schema ${change.schema.name}`;
    case 'create enum':
    case 'drop enum':
      return `type ${change.enum.name}`;
    case 'change enum':
      return `type ${change.after.name}`;
    case 'create table':
    case 'drop table':
      return `table ${change.table.name}`;
    case 'add column':
    case 'drop column':
      return `column ${change.on}.${change.column.name}`;
    case 'alter column':
      return `column ${change.on}.${change.after.name}`;
    case 'add constraint':
    case 'drop constraint':
    case 'validate constraint':
      return `constraint ${change.on}.${change.constraint.name}`;
    case 'add index':
    case 'drop index':
      return `index ${change.on}.${change.index.name}`;
    case 'add partition':
    case 'drop partition':
      return `partition ${change.on}.${change.partition.name}`;
    case 'row security':
      return `row security ${change.on}`;
    case 'rename':
      return change.of === 'table' ? `table ${change.to}` : `${change.of} ${change.on}.${change.to}`;
    case 'comment':
      return `comment ${change.of} ${change.on === null ? '' : `${change.on}.`}${change.name}`;
    default: {
      const { kind, table, name } = change.definition;
      return `${kind} ${table === null ? '' : `${table}.`}${name}`;
    }
  }
}

/** The table that a change is on or of; `null` where it is none's. */
export function tableOf(change: Change): string | null {
  if ('table' in change) return change.table.name;
  if ('definition' in change) return change.definition.table;
  if (change.kind === 'comment' && change.of === 'table') return change.name;
  return 'on' in change ? change.on : null;
}
