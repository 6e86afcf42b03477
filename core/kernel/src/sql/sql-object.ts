/** What a schema is made of. `key` is met in `needs` alone: the unique key of a table over some of its columns. */
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

/** A type as a column is declared with it. */
export interface SqlType {
  /** PostgreSQL's inner name, without `pg_catalog` and `public`: `int4`, `varchar`, `mood`, `other.mood`. */
  readonly name: string;
  /** `64` in `varchar(64)`, `10` and `2` in `numeric(10, 2)`. */
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

/**
 * Something that SQL names. Functions of one name count as one, whatever they take. Views include materialized ones,
 * tables foreign ones, types enums, domains, composites and ranges, functions procedures and aggregates.
 */
export interface SqlObject {
  readonly kind: SqlKind;
  /**
   * As the server stores it, qualified by its schema unless that is `public`. What is inside a table is named without
   * it. Of kind `other` it begins with what it is: `collation german`.
   */
  readonly name: string;
  /** The table or view that it is in; `null` for what stands by itself, and where the SQL does not say it. */
  readonly table: string | null;
  /** Of a column that is created or whose type is changed. */
  readonly type?: SqlType;
  /** Of a column that is created: whether it refuses null. */
  readonly notNull?: boolean;
  /** Of a column that is created: whether the database gives it a value by itself. */
  readonly hasDefault?: boolean;
  /** What a constraint, an index or a key is over, in order; absent where an expression has part in it. */
  readonly columns?: readonly string[];
  /** What a constraint does, or an index that could stand under a foreign key. */
  readonly form?: 'primary' | 'unique' | 'foreign' | 'check' | 'exclusion' | 'not null';
  /** Of a foreign key: the other table. */
  readonly references?: string;
  /** Of a constraint: `false` where the rows that are there already were not looked at (`not valid`). */
  readonly validated?: boolean;
  /** Of a check: columns that it holds to be not null. */
  readonly proves?: readonly string[];
  /** Of a primary key or unique constraint made of an index: that index. */
  readonly using?: string;
  /** Of a sequence: the column of `table` that it goes with. */
  readonly ownedBy?: string;
  /** Of a table: those whose columns it takes over (`inherits`, `partition of`, `like`), and whether with defaults. */
  readonly like?: readonly { readonly table: string; readonly defaults: boolean }[];
  /** Of an enum that is created: its values. */
  readonly values?: readonly string[];
  /** Of an enum that is changed: a value that is added, or renamed where there is a `from`. */
  readonly value?: { readonly from: string | null; readonly to: string };
  /** In `needs`: the tables, innermost first, of which one has this column, where the SQL does not say which. */
  readonly among?: readonly string[];
}

const relations: ReadonlySet<SqlKind> = new Set(['table', 'view', 'sequence', 'index']);
const inside: ReadonlySet<SqlKind> = new Set(['column', 'constraint', 'trigger', 'policy', 'rule']);

/** What code names. Indexes, constraints, triggers and policies it does not. */
export const namedByCode: ReadonlySet<SqlKind> = new Set([
  'schema',
  'extension',
  'table',
  'view',
  'sequence',
  'type',
  'function',
  'column',
]);

/** One text for one object: tables, views, sequences and indexes share one room of names, as in PostgreSQL. */
export function identityOf({ kind, name, table }: Pick<SqlObject, 'kind' | 'name' | 'table'>): string {
  const room = relations.has(kind) ? 'relation' : kind;
  return inside.has(kind) ? `${room} ${table ?? ''} ${name}` : `${room} ${name}`;
}

/** How people name it: `core_object`, `core_object.likes_count`. */
export function shownName({ kind, name, table }: Pick<SqlObject, 'kind' | 'name' | 'table'>): string {
  return kind === 'column' && table !== null ? `${table}.${name}` : name;
}
