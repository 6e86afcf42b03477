import { addColumnDangers } from './add-column.ts';
import { constraintDangers } from './add-constraint.ts';
import { columnDangers } from './alter-column.ts';
import { follow, here, isNewTable, openSchema, readSql, relationName, type SchemaHistory } from '@headwater/kernel/internal';
import { objectDangers } from './drop-object.ts';
import { rebuiltTypes } from './rebuilt-type.ts';
import type { AlterStep, Danger, Step } from './danger.ts';

/** A danger, and the statement that it comes from. */
export interface Risk extends Danger {
  /** The statement's text. */
  readonly statement: string;
  /** Its line in the SQL, from 1. */
  readonly line: number;
}

/** What risks are judged by. */
export interface RiskContext {
  /**
   * What is there before the SQL, of which the objects are asked for. Default: nothing is known of it, and what the SQL
   * does not make is taken to be there.
   */
  readonly history?: Pick<SchemaHistory, 'objects'>;
  /** Whether it runs in a transaction. Default: it does. */
  readonly transaction?: boolean;
}

/**
 * What a piece of SQL may do to a database in use, statement by statement. Nothing on a table that the same SQL makes
 * is a risk. Throws SQL_SYNTAX.
 */
export async function risksOf(
  sql: string,
  { history, transaction = true }: RiskContext = {},
): Promise<readonly Risk[]> {
  const schema = openSchema(history?.objects);
  const { objects } = schema;
  const { statements } = await readSql(sql, objects);
  const rebuilt = rebuiltTypes(statements, history?.objects ?? new Map());
  return statements.flatMap((statement, i) => {
    const step: Step = { statement, objects, later: statements.slice(i + 1), rebuilt, transaction };
    const dangers = [...objectDangers(step), ...alterSteps(step).flatMap(alterDangers)];
    follow(schema, statement, here);
    const { text, line } = statement;
    return dangers.map((danger): Risk => ({ ...danger, statement: text, line }));
  });
}

function alterSteps(step: Step): readonly AlterStep[] {
  const { node } = step.statement;
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.relation === undefined) return [];
  const { relation, cmds = [], objtype } = node.AlterTableStmt;
  const table = relationName(relation);
  const isTable = objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_MATVIEW';
  if (!isTable || isNewTable(step.objects, table)) return [];
  return cmds.flatMap((command) =>
    'AlterTableCmd' in command ? [{ ...step, table, command: command.AlterTableCmd }] : [],
  );
}

function alterDangers(step: AlterStep): readonly Danger[] {
  return [...addColumnDangers(step), ...columnDangers(step), ...constraintDangers(step)];
}
