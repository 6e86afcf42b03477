import type { ObjectAddress } from '../sql/object-key.ts';

/**
 * The objects in a database, by name. Names have the form that `nameText` writes. Parts of a table, such as columns,
 * have plain names without a schema. Column positions, oids and the order of creation are not included, since they are
 * not part of a schema's definition.
 */
export interface Catalog {
  /** Schemas other than `public`. */
  readonly schemas: ReadonlyMap<string, CatalogSchema>;
  readonly enums: ReadonlyMap<string, CatalogEnum>;
  readonly tables: ReadonlyMap<string, CatalogTable>;
  /**
   * Views, functions, triggers, policies and other objects that are compared and replaced as a whole, by `objectKey`.
   */
  readonly definitions: ReadonlyMap<string, CatalogDefinition>;
  /** The settings of all objects, by {@link settingKey}. */
  readonly settings: ReadonlyMap<string, CatalogSetting>;
  /**
   * The number of objects of each kind that this catalog omits, like `operator`. Only kinds of which there are any. Two
   * databases may differ in them although their catalogs are equal.
   */
  readonly unread: ReadonlyMap<string, number>;
}

/** A schema. */
export interface CatalogSchema {
  readonly name: string;
  readonly comment: string | null;
}

/** A native enum. */
export interface CatalogEnum {
  readonly name: string;
  readonly values: readonly string[];
  /** Whether it is in use, either as the type of a column or by another object that depends on it. */
  readonly used: boolean;
  readonly comment: string | null;
}

/** A table. */
export interface CatalogTable {
  readonly name: string;
  readonly comment: string | null;
  /** The partition key of a partitioned table, as PostgreSQL prints it. */
  readonly partitionBy: string | null;
  /**
   * Its partitions at every level, each after its parent. They inherit their columns, constraints and indexes; what a
   * partition has of its own is a setting of the partition.
   */
  readonly partitions: ReadonlyMap<string, CatalogPartition>;
  /** The tables that it inherits columns from, in their order. */
  readonly inherits: readonly string[];
  readonly rowSecurity: RowSecurity;
  /** In table order, as `create table` lists them. */
  readonly columns: ReadonlyMap<string, CatalogColumn>;
  readonly constraints: ReadonlyMap<string, CatalogConstraint>;
  /** Excludes indexes of constraints. */
  readonly indexes: ReadonlyMap<string, CatalogIndex>;
}

/** Whether row policies apply; `forced` also applies them to the table's owner. */
export type RowSecurity = 'off' | 'on' | 'forced';

/** A partition of a table. */
export interface CatalogPartition {
  readonly name: string;
  /** The table or the partition that it is a part of. */
  readonly parent: string;
  /** The partition key of a partition that has partitions itself, as PostgreSQL prints it. */
  readonly partitionBy: string | null;
  /** As PostgreSQL prints it: `FOR VALUES IN ('a')`. */
  readonly bound: string;
}

/** A column. */
export interface CatalogColumn {
  readonly name: string;
  /** As PostgreSQL prints it: `character varying(64)`. */
  readonly type: string;
  /** The enum, if its type is an enum or an array of one. */
  readonly enum: string | null;
  readonly notNull: boolean;
  /** An expression; `null` for a serial column, whose default is the next value of its sequence. */
  readonly default: string | null;
  /** The other columns whose sequences the default uses: `core_object.id`. */
  readonly sequencesOf: readonly string[];
  /** The sequence of a serial or an identity column. Any other sequence is a definition, even if it belongs to a column. */
  readonly sequence: CatalogSequence | null;
  readonly identity: 'always' | 'by default' | null;
  readonly generated: CatalogGenerated | null;
  /** The quoted name; `null` if it is the default of the type. */
  readonly collation: string | null;
  /** Whether only a parent of the table declares it. */
  readonly inherited: boolean;
  readonly comment: string | null;
}

/** The sequence that is a part of a column. */
export interface CatalogSequence {
  readonly name: string;
  /** The statement that creates it. */
  readonly definition: string;
  /** The expression of its next value, as PostgreSQL prints it. */
  readonly next: string;
  readonly isUnlogged: boolean;
  /** The statements that give it to the column, and take it back. */
  readonly set: string;
  readonly reset: string;
}

/** The expression of a generated column. */
export interface CatalogGenerated {
  readonly as: string;
  readonly stored: boolean;
  /** The columns in the expression. */
  readonly from: readonly string[];
}

/** A primary key, unique constraint, foreign key, check or exclusion. */
export interface CatalogConstraint {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclude';
  /** For a check, all columns that it references. */
  readonly columns: readonly string[];
  /** As PostgreSQL prints it. */
  readonly definition: string;
  /** `null` unless it is a foreign key. */
  readonly references: { readonly table: string; readonly columns: readonly string[] } | null;
  /** Whether only a parent of the table declares it. */
  readonly inherited: boolean;
  readonly comment: string | null;
}

/** An index. */
export interface CatalogIndex {
  readonly name: string;
  readonly unique: boolean;
  /** The columns that are keys of the index. Keys that are expressions are excluded. */
  readonly columns: readonly string[];
  /** All columns that it references, including those in expressions and in its condition. */
  readonly covers: readonly string[];
  /** The part after `using`, as PostgreSQL prints it: `btree (author_id)`. */
  readonly definition: string;
  /** Whether it is a btree over columns only, with default options. */
  readonly plain: boolean;
  readonly comment: string | null;
}

/** An object that is compared as a whole: two are equal if the statements that create them are equal. */
export interface CatalogDefinition {
  readonly kind: DefinitionKind;
  /** The name of a function includes its argument types, which are part of its identity. */
  readonly name: string;
  /** The table, partition or view of a trigger, policy or rule. */
  readonly table: string | null;
  /** The statement that creates it. */
  readonly definition: string;
  /**
   * The tables, views and columns that it uses, like `core_object.id`, the functions, like `core_rank(n integer)`, and the
   * types, where `core_object.*` is that of a row. Nothing that a function uses in a body that is a text, since PostgreSQL does not know it either.
   */
  readonly uses: readonly string[];
}

/** The kinds of definitions. Entities can declare those listed before `sequence`; only revisions create the others. */
export type DefinitionKind =
  | 'view'
  | 'materialized view'
  | 'function'
  | 'trigger'
  | 'policy'
  | 'sequence'
  | 'domain'
  | 'type'
  | 'collation'
  | 'aggregate'
  | 'rule'
  | 'statistics'
  | 'foreign data wrapper'
  | 'server'
  | 'foreign table'
  | 'publication'
  | 'event trigger'
  | 'extension';

/**
 * A property of an object that a new object does not have, and that statements of its own set: a privilege, a storage
 * parameter, the state of a trigger, an index of a materialized view. The statement that creates the object does not
 * contain it, so whoever rebuilds the object has to set it again.
 */
export interface CatalogSetting {
  /** The object. Its kind is that of its definition, or `table`, `column`, `partition`, `type`, `schema`, `database`. */
  readonly of: ObjectAddress;
  /** Unique within the object: `privileges of public`. */
  readonly name: string;
  /** The statements that set it; empty if no statement can, as for an invalid index. */
  readonly set: string;
  /** The statements that return the object to the state of a new one. */
  readonly reset: string;
}
