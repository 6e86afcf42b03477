/**
 * What is in a database, by name. Column positions, oids and the order of creation say nothing about a schema and are
 * not in it. Names outside the schema `public` have theirs in front; nothing is quoted.
 */
export interface Catalog {
  /** Schemas beside `public`. */
  readonly schemas: ReadonlyMap<string, CatalogSchema>;
  readonly enums: ReadonlyMap<string, CatalogEnum>;
  readonly tables: ReadonlyMap<string, CatalogTable>;
  /** Views, functions, triggers, policies and the like: what is compared, made and replaced as a whole. By kind and name. */
  readonly definitions: ReadonlyMap<string, CatalogDefinition>;
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
  /** Whether anything has its type or stands on it. */
  readonly used: boolean;
  readonly comment: string | null;
}

/** A table. */
export interface CatalogTable {
  readonly name: string;
  readonly comment: string | null;
  /** `partition by` of a partitioned table, as PostgreSQL writes it. */
  readonly partitionBy: string | null;
  /** Its partitions; what is on those they have of it. */
  readonly partitions: ReadonlyMap<string, CatalogPartition>;
  readonly rowSecurity: RowSecurity;
  /** In the order of the table, which is how `create table` lists them. */
  readonly columns: ReadonlyMap<string, CatalogColumn>;
  readonly constraints: ReadonlyMap<string, CatalogConstraint>;
  /** Those that no constraint brings along. */
  readonly indexes: ReadonlyMap<string, CatalogIndex>;
}

/** Whether policies decide about rows; `forced` also for the table's owner. */
export type RowSecurity = 'off' | 'on' | 'forced';

/** A partition of a table. */
export interface CatalogPartition {
  readonly name: string;
  /** As PostgreSQL writes it: `FOR VALUES IN ('a')`. */
  readonly bound: string;
}

/** A column. */
export interface CatalogColumn {
  readonly name: string;
  /** As PostgreSQL writes it: `character varying(64)`. */
  readonly type: string;
  /** The enum that it has the type of, or an array of; `null` for any other type. */
  readonly enum: string | null;
  readonly notNull: boolean;
  /** An expression; `null` for a serial column, whose sequence is its default. */
  readonly default: string | null;
  /** The sequence of a serial column. */
  readonly serial: string | null;
  readonly identity: 'always' | 'by default' | null;
  readonly generated: CatalogGenerated | null;
  /** Where it is not that of the type. */
  readonly collation: string | null;
  readonly comment: string | null;
}

/** What computes a column. */
export interface CatalogGenerated {
  readonly as: string;
  readonly stored: boolean;
  /** The columns that it is computed from. */
  readonly from: readonly string[];
}

/** A primary key, unique constraint, foreign key, check or exclusion. */
export interface CatalogConstraint {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclude';
  /** Of a check all that it names. */
  readonly columns: readonly string[];
  /** As PostgreSQL writes it. */
  readonly definition: string;
  /** Of a foreign key. */
  readonly references: { readonly table: string; readonly columns: readonly string[] } | null;
  readonly comment: string | null;
}

/** An index. */
export interface CatalogIndex {
  readonly name: string;
  readonly unique: boolean;
  /** Plain columns among its keys. */
  readonly columns: readonly string[];
  /** All columns that it names, those in its expressions and its condition included. */
  readonly covers: readonly string[];
  /** All of it after `on <table>`, as PostgreSQL writes it: `using btree (author_id)`. */
  readonly definition: string;
  /** Whether its keys are nothing but columns in their usual order. */
  readonly plain: boolean;
  readonly comment: string | null;
}

/** What is known by its text alone. */
export interface CatalogDefinition {
  readonly kind: DefinitionKind;
  /** Of a function with its argument types, which are a part of its name. */
  readonly name: string;
  /** The table of a trigger or policy. */
  readonly table: string | null;
  /** The statement that makes it. */
  readonly definition: string;
  /** What it stands on of tables and views: `core_object.id`. Of a function nobody can tell. */
  readonly over: readonly string[];
}

/** What entities may declare, and, from `sequence` on, what revisions alone make. */
export type DefinitionKind =
  | 'view'
  | 'materialized view'
  | 'function'
  | 'trigger'
  | 'policy'
  | 'sequence'
  | 'domain'
  | 'type'
  | 'extension';
