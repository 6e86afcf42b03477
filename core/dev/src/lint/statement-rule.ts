import type { AlterTableCmd } from 'libpg-query';
import type { TrackedObjects, SqlStatement } from '@headwater/kernel/internal/sql';
import type { StatementFinding } from './finding.ts';
import type { RebuiltType } from './rebuilt-types.ts';

/** A lint rule that examines the statements of a revision one by one. */
export interface StatementRule {
  /** Examines any statement. */
  readonly statement?: (context: StatementContext) => readonly StatementFinding[];
  /** Examines each command of an `alter table` on a table that existed before the revision. */
  readonly alterTable?: (context: AlterTableContext) => readonly StatementFinding[];
}

/** A statement with everything that a rule may know about its context. */
export interface StatementContext {
  readonly statement: SqlStatement;
  /** The database objects that exist before the statement runs. */
  readonly objects: TrackedObjects;
  /** The statements after it in the same SQL text. */
  readonly later: readonly SqlStatement[];
  /** The types that the SQL text rebuilds. */
  readonly rebuilt: readonly RebuiltType[];
  /** Whether the revision runs in a transaction. */
  readonly transaction: boolean;
}

/** One command of an `alter table`. */
export interface AlterTableContext extends StatementContext {
  readonly table: string;
  readonly command: AlterTableCmd;
}
