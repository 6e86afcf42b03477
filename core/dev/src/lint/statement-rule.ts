import type { AlterTableCmd } from 'libpg-query';
import type { TrackedObjects, SqlStatement } from '@headwater/kernel/internal/sql';
import type { StatementFinding } from './finding.ts';
import type { NetChanges } from './net-changes.ts';

/** A lint rule that examines the SQL of a revision for damage to a database in use. */
export interface StatementRule {
  /** Examines any statement. */
  readonly statement?: (context: StatementContext) => readonly StatementFinding[];
  /** Examines each command of an `alter table` on a table that existed before the revision. */
  readonly alterTable?: (context: AlterTableContext) => readonly StatementFinding[];
  /** Examines the difference that the whole text makes. */
  readonly net?: (net: NetChanges) => readonly NetFinding[];
}

/** A finding about the difference that a text makes. */
export interface NetFinding extends StatementFinding {
  /** The position of the statement that causes it, from 0. */
  readonly index: number;
}

/** A statement with everything that a rule may know about its context. */
export interface StatementContext {
  /** The whole text. */
  readonly sql: string;
  readonly statement: SqlStatement;
  /** The database objects that exist before the statement runs. */
  readonly objects: TrackedObjects;
  /** The database objects that exist before the text runs. */
  readonly before: TrackedObjects;
  /** The statements before it in the text. */
  readonly earlier: readonly SqlStatement[];
  /** The statements after it in the text. */
  readonly later: readonly SqlStatement[];
  /** Whether the revision runs in a transaction. */
  readonly transaction: boolean;
  /** Whether a table or view exists before the text, so that others may wait for its locks. */
  readonly isInUse: (relation: string) => boolean;
  /** Whether a release has shipped the revision that created a table or view. */
  readonly isShipped: (relation: string) => boolean;
}

/** One command of an `alter table`. */
export interface AlterTableContext extends StatementContext {
  readonly table: string;
  readonly command: AlterTableCmd;
}
