import type { Sql, sql } from './sql.ts';

/** What a code revision gets: SQL on the revision's own transaction, and nothing else. */
export interface RevisionContext {
  /** Runs one statement and gives its rows. Several statements, and transaction keywords, are refused. */
  readonly query: <Row = Record<string, unknown>>(statement: Sql) => Promise<readonly Row[]>;
  readonly sql: typeof sql;
}

/** A change that needs code. It may not use entities: those change later, while a revision may not. */
export type RevisionCode = (context: RevisionContext) => Promise<void> | void;

/** What an author writes in a revision file. */
export interface RevisionDefinition {
  /** `plugin@slug`; the slug is the file's name. */
  readonly id: string;
  /** The revision before it on the same branch; `null` for the base; a list where two heads are merged. */
  readonly revises: string | null | readonly string[];
  /** Revisions of other plugins that must be applied first. Default: none. */
  readonly dependsOn?: readonly string[];
  readonly up: Sql | RevisionCode;
  /** What undoes `up`. Without it a downgrade past this revision is refused. */
  readonly down?: Sql | RevisionCode;
  /** Required with code, counted up by hand when the code changes: it is hashed in place of the code. */
  readonly version?: number;
  /** Older code cannot live with it: a drop, a rename, a narrower type, a new `not null`. Default: false. */
  readonly breaking?: boolean;
  /** The revisions that this one stands for (a squash). Default: none. */
  readonly replaces?: readonly string[];
  /** `false` for the one statement that PostgreSQL refuses in a transaction. Default: true. */
  readonly transaction?: boolean;
  /**
   * Required with `transaction: false`: a query of one row and one boolean column saying whether `up` has already
   * taken full effect, so that a crash between the statement and its ledger row is made good.
   */
  readonly check?: Sql;
}

/** The frozen value that a revision file exports by default. */
export interface DefinedRevision extends RevisionDefinition {
  readonly kind: 'revision';
}

/** Declares a revision. Its checks happen when the plugin is loaded, where file and plugin are known. */
export function defineRevision(definition: RevisionDefinition): DefinedRevision {
  return Object.freeze({ ...definition, kind: 'revision' });
}
