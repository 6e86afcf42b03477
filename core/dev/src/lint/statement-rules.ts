import type { SchemaHistory } from '@headwater/kernel/internal/ownership';
import {
  trackStatement,
  unattributed,
  isNewTable,
  trackedSchema,
  readSql,
  relationName,
} from '@headwater/kernel/internal/sql';
import type { RuleFinding } from './finding.ts';
import { rebuiltTypes } from './rebuilt-types.ts';
import { dataLoss } from './rules/data-loss.ts';
import { enumValueInTransaction } from './rules/enum-value-in-transaction.ts';
import { enumValueRemoved } from './rules/enum-value-removed.ts';
import { indexNotConcurrent } from './rules/index-not-concurrent.ts';
import { longLock } from './rules/long-lock.ts';
import { narrowerType } from './rules/narrower-type.ts';
import { notNullWithoutDefault } from './rules/not-null-without-default.ts';
import { rename } from './rules/rename.ts';
import { tableRewrite } from './rules/table-rewrite.ts';
import type { AlterTableContext, StatementContext, StatementRule } from './statement-rule.ts';

/** The rules that examine single statements. Their findings about a statement are reported in this order. */
const statementRules: readonly StatementRule[] = [
  dataLoss,
  rename,
  indexNotConcurrent,
  enumValueRemoved,
  enumValueInTransaction,
  narrowerType,
  tableRewrite,
  notNullWithoutDefault,
  longLock,
];

/** The context in which a piece of SQL runs. */
export interface LintOptions {
  /**
   * The objects that exist before the SQL runs. Default: nothing is known about them, and any object that the SQL
   * does not create is assumed to exist.
   */
  readonly history?: Pick<SchemaHistory, 'objects'>;
  /** Whether the SQL runs in a transaction. Default: true. */
  readonly transaction?: boolean;
}

/**
 * Lints a piece of SQL, statement by statement, for damage that it may do to a database in use. A table that the same
 * SQL creates is not in use yet, so nothing about it is reported. Throws SQL_SYNTAX.
 */
export async function lintStatements(
  sql: string,
  { history, transaction = true }: LintOptions = {},
): Promise<readonly RuleFinding[]> {
  const schema = trackedSchema(history?.objects);
  const { objects } = schema;
  const { statements } = await readSql(sql, objects);
  const rebuilt = rebuiltTypes(statements, history?.objects ?? new Map());
  return statements.flatMap((statement, i) => {
    const context: StatementContext = { statement, objects, later: statements.slice(i + 1), rebuilt, transaction };
    const findings = [
      ...statementRules.flatMap((rule) => rule.statement?.(context) ?? []),
      ...alterTableCommands(context).flatMap((command) =>
        statementRules.flatMap((rule) => rule.alterTable?.(command) ?? []),
      ),
    ];
    trackStatement(schema, statement, unattributed);
    const at = { sql, statement: statement.text, line: statement.line };
    return findings.map((finding): RuleFinding => ({ ...finding, at }));
  });
}

function alterTableCommands(context: StatementContext): readonly AlterTableContext[] {
  const { node } = context.statement;
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.relation === undefined) return [];
  const { relation, cmds = [], objtype } = node.AlterTableStmt;
  const table = relationName(relation);
  const isTable = objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_MATVIEW';
  if (!isTable || isNewTable(context.objects, table)) return [];
  return cmds.flatMap((command) =>
    'AlterTableCmd' in command ? [{ ...context, table, command: command.AlterTableCmd }] : [],
  );
}
