/**
 * What is in a database, by name. Column positions, oids and the order of creation say nothing about a schema and are
 * not in it. Names outside the schema `public` have theirs in front; nothing is quoted.
 */
export interface Catalog {
  /** Schemas beside `public`. */
  readonly schemas: ReadonlyMap<string, CatalogSchema>;
  readonly enums: ReadonlyMap<string, CatalogEnum>;
  readonly tables: ReadonlyMap<string, CatalogTable>;
  /** Views, functions, triggers and policies: what is compared, made and replaced as a whole. By kind and name. */
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
  readonly comment: string | null;
}

/** A table. */
export interface CatalogTable {
  readonly name: string;
  readonly comment: string | null;
  /** `partition by` of a partitioned table, as PostgreSQL writes it. */
  readonly partitionBy: string | null;
  /** In the order of the table, which is how `create table` lists them. */
  readonly columns: ReadonlyMap<string, CatalogColumn>;
  readonly constraints: ReadonlyMap<string, CatalogConstraint>;
  /** Those that no constraint brings along. */
  readonly indexes: ReadonlyMap<string, CatalogIndex>;
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
  readonly generated: { readonly as: string; readonly stored: boolean } | null;
  /** Where it is not that of the type. */
  readonly collation: string | null;
  readonly comment: string | null;
}

/** A primary key, unique constraint, foreign key, check or exclusion. */
export interface CatalogConstraint {
  readonly name: string;
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclude';
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
  /** All of it after `on <table>`, as PostgreSQL writes it: `using btree (author_id)`. */
  readonly definition: string;
  /** Whether its keys are nothing but columns in their usual order. */
  readonly plain: boolean;
  readonly comment: string | null;
}

/** What is known by its text alone. */
export interface CatalogDefinition {
  readonly kind: 'view' | 'materialized view' | 'function' | 'trigger' | 'policy';
  /** Of a function with its argument types, which are a part of its name. */
  readonly name: string;
  /** The table of a trigger or policy. */
  readonly table: string | null;
  /** The statement that makes it. */
  readonly definition: string;
}
