import {
  findObject,
  isNewTable,
  readSql,
  relationName,
  type SqlStatement,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import type { RuleFinding } from './finding.ts';
import { netChanges, type NetChanges } from './net-changes.ts';
import { dataLoss } from './rules/data-loss.ts';
import { enumValueInTransaction } from './rules/enum-value-in-transaction.ts';
import { enumValueRemoved } from './rules/enum-value-removed.ts';
import { indexNotConcurrent } from './rules/index-not-concurrent.ts';
import { longLock } from './rules/long-lock.ts';
import { narrowerType } from './rules/narrower-type.ts';
import { notNullWithoutDefault } from './rules/not-null-without-default.ts';
import { rename } from './rules/rename.ts';
import { tableRewrite } from './rules/table-rewrite.ts';
import type { AlterTableContext, NetFinding, StatementContext, StatementRule } from './statement-rule.ts';

/** The rules about damage to a database in use. Their findings about a statement are reported in this order. */
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
  readonly history?: { readonly objects: TrackedObjects };
  /** Whether the SQL runs in a transaction. Default: true. */
  readonly transaction?: boolean;
  /** The revisions that no release has shipped, so that their tables are still small. Default: none. */
  readonly unshipped?: ReadonlySet<string>;
}

/**
 * Lints a piece of SQL for damage that it may do to a database in use. Locks are judged statement by statement, and
 * everything else by the difference that the whole text makes. A table that the same SQL creates is not in use yet, so
 * nothing about it is reported. Throws SQL_SYNTAX.
 */
export async function lintStatements(sql: string, options: LintOptions = {}): Promise<readonly RuleFinding[]> {
  return (await lintEffects(sql, options)).findings;
}

/** Lints like {@link lintStatements}, and also returns the difference that the SQL makes. */
export async function lintEffects(
  sql: string,
  { history, transaction = true, unshipped = new Set() }: LintOptions = {},
): Promise<{ readonly findings: readonly RuleFinding[]; readonly net: NetChanges }> {
  const { statements } = await readSql(sql, history?.objects);
  const found: NetFinding[][] = statementRules.map(() => []);
  const add = (rule: number, findings: readonly NetFinding[] | undefined): void => {
    found[rule]?.push(...(findings ?? []));
  };
  const net = netChanges(statements, history?.objects, (statement, objects, index) => {
    const context: StatementContext = {
      sql,
      statement,
      objects,
      before: history?.objects ?? new Map(),
      earlier: statements.slice(0, index),
      later: statements.slice(index + 1),
      transaction,
      isInUse: (relation) => !isNewTable(objects, relation),
      isShipped: (relation) => !unshipped.has(creatorOf(objects, relation)),
    };
    const commands = alterTableCommands(context);
    for (const [i, rule] of statementRules.entries()) {
      const findings = [
        ...(rule.statement?.(context) ?? []),
        ...commands.flatMap((command) => rule.alterTable?.(command) ?? []),
      ];
      add(
        i,
        findings.map((finding) => ({ ...finding, index })),
      );
    }
  });
  for (const [i, rule] of statementRules.entries()) add(i, rule.net?.(net));
  const findings = found
    .flat()
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ index, ...finding }) => {
      const statement = statements[index];
      return statement === undefined ? [] : [{ ...finding, at: placeIn(sql, statement) }];
    });
  return { findings, net };
}

function creatorOf(objects: TrackedObjects, relation: string): string {
  return findObject(objects, { kind: 'table', name: relation, table: null })?.createdBy ?? '';
}

function placeIn(sql: string, { text, line }: SqlStatement): NonNullable<RuleFinding['at']> {
  return { sql, statement: text, line };
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
