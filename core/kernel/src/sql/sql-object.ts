/** The kinds of objects in a schema. A `key` is a unique key over some columns, and occurs only in `needs`. */
export type SqlKind =
  | 'schema'
  | 'extension'
  | 'table'
  | 'view'
  | 'sequence'
  | 'type'
  | 'function'
  | 'column'
  | 'constraint'
  | 'index'
  | 'trigger'
  | 'policy'
  | 'rule'
  | 'statistics'
  | 'key'
  | 'other';

/** The declared type of a column. */
export interface SqlType {
  /** The internal name in PostgreSQL, without `pg_catalog` and `public`: `int4`, `varchar`, `mood`, `other.mood`. */
  readonly name: string;
  /** `64` in `varchar(64)`, `10` and `2` in `numeric(10, 2)`. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

/**
 * An object that SQL names. Overloads of a function count as one function. Views include materialized views, tables
 * include foreign tables, types include enums, domains, composites and ranges, functions include procedures and
 * aggregates.
 */
export interface SqlObject {
  readonly kind: SqlKind;
  /**
   * The name as the server stores it, as `nameText` writes it. The name of an object in a table has no schema. A name
   * of kind `other` begins with the object type: `collation german`.
   */
  readonly name: string;
  /**
   * The table or view that contains it; `null` if the object is not in a table, or if the SQL does not name the table.
   */
  readonly table: string | null;
  /** For a column that is created or whose type changes, and for a domain: the type behind it. */
  readonly type?: SqlType;
  /** For a column that is created: whether it is not null. */
  readonly notNull?: boolean;
  /** For a column that is created: whether the database supplies a value if an insert omits it. */
  readonly hasDefault?: boolean;
  /** For a column: the sequence from which its default takes values; `null` once its default names none. */
  readonly sequence?: string | null;
  /** For an identity column: whether an insert may not supply the value (`generated always`). */
  readonly always?: boolean;
  /** For a column: whether PostgreSQL computes its value from the other columns of the row. */
  readonly generated?: boolean;
  /** For a view that is created: the names of its columns in order; `null` if the statement does not list them. */
  readonly outputs?: readonly string[] | null;
  /** For a materialized view: `false` while it cannot be read, since it was created or refreshed `with no data`. */
  readonly populated?: boolean;
  /** For a domain: whether it has constraints, so that PostgreSQL checks each value. */
  readonly constrained?: boolean;
  /** For a function: whether only a trigger can call it, so that no code names it. */
  readonly returnsTrigger?: boolean;
  /** For a partitioned table: the columns of its partition key; an expression in the key is left out. */
  readonly partitionKey?: readonly string[];
  /** For a table: the table of which it is a partition; `null` once it is detached. */
  readonly partitionOf?: string | null;
  /** For a partition: whether it has the rows that fit no other partition. */
  readonly defaultPartition?: boolean;
  /** The columns of a constraint, an index or a key, in order; absent if one of its elements is an expression. */
  readonly columns?: readonly string[];
  /** The type of a constraint, or of an index that a foreign key could reference. */
  readonly form?: 'primary' | 'unique' | 'foreign' | 'check' | 'exclusion' | 'not null';
  /** For a foreign key: the table that it references. */
  readonly references?: string;
  /** For a foreign key that names them: the columns that it references. Without them, it references the primary key. */
  readonly referencedColumns?: readonly string[];
  /** For a constraint: `false` if existing rows were not checked (`not valid`). */
  readonly validated?: boolean;
  /** For a check: the columns that it proves to be not null. */
  readonly proves?: readonly string[];
  /** For a primary key or a unique constraint that is created from an index: that index. */
  readonly using?: string;
  /** For a sequence: the column of `table` whose removal also drops it. */
  readonly ownedBy?: string;
  /**
   * For a table: the tables whose columns it copies (`inherits`, `partition of`, `like`), and whether it also copies
   * their defaults.
   */
  readonly like?: readonly { readonly table: string; readonly defaults: boolean }[];
  /** For an enum that is created: its values. */
  readonly values?: readonly string[];
  /** For an enum that changes: the value that is added, or renamed if `from` is set. */
  readonly value?: { readonly from: string | null; readonly to: string };
  /** In `needs`, for a column that the SQL names without its table: the tables that may have it, innermost first. */
  readonly among?: readonly string[];
}

/** The kinds of objects that belong to a table and have names without a schema. */
export const tableKinds: ReadonlySet<SqlKind> = new Set(['column', 'constraint', 'trigger', 'policy', 'rule']);

/** Returns an object that is in a schema, not in a table. */
export function schemaObject(kind: SqlKind, name: string): SqlObject {
  return { kind, name, table: null };
}

/** Returns an object that is in a table. */
export function tablePart(kind: SqlKind, table: string, name: string): SqlObject {
  return { kind, name, table };
}

/** Returns the name for messages: `core_object`, `core_object.likes_count`. */
export function displayName({ kind, name, table }: Pick<SqlObject, 'kind' | 'name' | 'table'>): string {
  return kind === 'column' && table !== null ? `${table}.${name}` : name;
}

/** The kinds of objects that application code names; it never names indexes, constraints, triggers and policies. */
export const kindsNamedInCode: ReadonlySet<SqlKind> = new Set([
  'schema',
  'extension',
  'table',
  'view',
  'sequence',
  'type',
  'function',
  'column',
]);
