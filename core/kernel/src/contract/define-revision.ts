import type { Sql, sql } from './sql.ts';

/** The argument of a code revision. It runs SQL in the revision's own transaction and offers nothing else. */
export interface RevisionContext {
  /**
   * Runs one statement and returns its rows; PostgreSQL rejects several statements in one call. Throws
   * ENVELOPE_VIOLATED for a statement that is not created by `sql`, that controls the transaction, or that runs after
   * the function has returned.
   */
  readonly query: <Row = Record<string, unknown>>(statement: Sql) => Promise<readonly Row[]>;
  /** The `sql` tag, for statements with bound values. */
  readonly sql: typeof sql;
}

/**
 * A change written in code. It must not use entities: they keep changing, while a revision must stay the same. It may
 * run for `upgrade.codeTimeout` seconds, except that a function that never yields, such as an endless loop without an
 * `await`, cannot be interrupted. Await every promise: one that rejects later ends the command with an error that names
 * the revision, as does `process.exit`.
 */
export type RevisionCode = (context: RevisionContext) => Promise<void> | void;

/** A revision as an author writes it. */
export interface RevisionDefinition {
  /** Full name: `plugin@slug`. The slug is the name of the file. */
  readonly id: string;
  /** The revision before it on the same branch. `null` at the base, a list if it merges several heads. */
  readonly revises: string | null | readonly string[];
  /** Revisions of other branches that must be applied first, by full name. Default: none. */
  readonly dependsOn?: readonly string[];
  /**
   * The change: SQL, or a function for changes that SQL alone cannot express. `set local lock_timeout` and `set local
   * statement_timeout` at its beginning replace the limits of the config for this revision alone.
   */
  readonly up: Sql | RevisionCode;
  /** Reverts `up`. Default: none, so a downgrade past this revision is rejected with DOWN_MISSING. */
  readonly down?: Sql | RevisionCode;
  /**
   * The version of the code. Required if `up` or `down` is a function; start with 1 and increase it whenever the code
   * changes. It is hashed in place of the code. Not allowed without code.
   */
  readonly version?: number;
  /**
   * Whether older code stops working once the revision is applied: a drop, a rename, a narrower type, a new `not null`.
   * Default: false.
   */
  readonly breaking?: boolean;
  /**
   * The revisions that this one replaces (a squash), by full name: a chain on its own branch, whose first revision revises
   * what this one revises. A database that has applied a part of them goes on with them; every other one runs this one. Their
   * files may be deleted once no such database is left. Default: none.
   */
  readonly replaces?: readonly string[];
  /**
   * Whether the revision runs in a transaction. Set it to `false` for a single statement that PostgreSQL does not allow
   * in one, such as `create index concurrently`. Default: true.
   */
  readonly transaction?: boolean;
  /**
   * A query that returns one row with one boolean, which is true if `up` has already taken full effect. If a crash
   * prevented the ledger row from being written, this query tells the next run whether `up` succeeded. Required with
   * `transaction: false`, and not allowed otherwise.
   */
  readonly check?: Sql;
}

/** A frozen revision definition: the default export of a revision file. Created by {@link defineRevision}. */
export interface DefinedRevision extends RevisionDefinition {
  /** Distinguishes revisions from other values. */
  readonly kind: 'revision';
}

/**
 * Declares a revision. Never throws. Loading the plugin checks the definition and throws REVISION_FIELD_INVALID and
 * other codes, with the file and the plugin in the message.
 *
 * @example
 * export default defineRevision({
 *   id: 'likes@0002_count_on_object',
 *   revises: 'likes@0001_create_like',
 *   dependsOn: ['core@0001_create_objects'],
 *   up: sql`alter table "core_object" add column "likes_count" int not null default 0;`,
 *   down: sql`alter table "core_object" drop column "likes_count";`,
 * });
 *
 * @example
 * // With code:
 * export default defineRevision({
 *   id: 'likes@0003_hash_tokens',
 *   revises: 'likes@0002_count_on_object',
 *   version: 1,
 *   async up({ query, sql }) {
 *     for (const { id, token } of await query<TokenRow>(sql`select id, token from likes_token`)) {
 *       await query(sql`update likes_token set token = ${hash(token)} where id = ${id}`);
 *     }
 *   },
 * });
 */
export function defineRevision(definition: RevisionDefinition): DefinedRevision {
  return Object.freeze({ ...definition, kind: 'revision' });
}
