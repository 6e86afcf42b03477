import type { Node } from 'libpg-query';
import {
  displayName,
  findObject,
  isNewTable,
  nodesIn,
  quoteName,
  relationName,
  relationNames,
  unattributed,
} from '@headwater/kernel/internal/sql';
import { alteredType } from '../altered-type.ts';
import type { StatementFinding } from '../finding.ts';
import { isGoneWithContainer, isUnknown, type NetChange, type NetChanges } from '../net-changes.ts';
import { replaceColumn } from '../safer-sql.ts';
import type { AlterTableContext, NetFinding, StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports lost rows and values: dropped tables, columns and schemas, emptied tables, values cut by a new type. */
export const dataLoss: StatementRule = {
  statement: (context) => [...emptiedTables(context), ...droppedByRole(context)],
  alterTable: cutValues,
  net: (net) => net.changes.flatMap((change) => drops(change, net)),
};

const dropLater = '-- after a backup, in a release after the last one whose code uses it:';

function drops(change: NetChange, net: NetChanges): readonly NetFinding[] {
  const { before, after, successor, copied, steps } = change;
  const step = steps.at(-1);
  if (after !== null || step === undefined) return [];
  const { index, statement } = step;
  const { kind, table, name, generated, notNull, hasDefault } = before;
  const object = displayName(before);
  const report = (message: string, sql: string): readonly NetFinding[] => [
    { rule: 'data-loss', object, message, safer: `${dropLater}\n${sql};`, index },
  ];
  const cascade = statement.cascade ? ' cascade' : '';
  if (kind === 'column' && table !== null) {
    if (generated === true || (successor !== null && copied) || isDroppedWithTable(change, net)) return [];
    const down =
      notNull === true && hasDefault !== true
        ? 'it is NOT NULL without a default, so a `down` that recreates it like that fails if the table has rows (23502)'
        : '`down` can only recreate it empty';
    const message = `This drops column ${object} and its data; ${down}.`;
    return report(message, `alter table ${quoteName(table)} drop column ${quoteName(name)}${cascade}`);
  }
  if (kind === 'table') {
    // The rows of a foreign table are on another server.
    const isForeign = 'DropStmt' in statement.node && statement.node.DropStmt.removeType === 'OBJECT_FOREIGN_TABLE';
    const isRebuilt = successor?.kind === 'table' && copied;
    if (isForeign || isRebuilt || isGoneWithContainer(change, net)) return [];
  } else if (!statement.cascade) return [];
  else if (kind === 'type') {
    // The cascade reaches the columns of the type, if there are any.
    const isUsed = net.after.values().some((one) => one.kind === 'column' && one.type?.name === step.from.name);
    if (!isUsed && !isUnknown(before)) return [];
  } else if (kind !== 'schema' && kind !== 'extension') return [];
  const dependents = statement.cascade ? ' and everything that depends on it' : '';
  const message = `This drops ${kind} ${object} and its data${dependents}; \`down\` can only recreate it empty.`;
  return report(message, `drop ${kind} ${quoteName(object)}${cascade}`);
}

/**
 * Whether a column was dropped because its table was. If the text has rebuilt the table with its rows, but without the
 * column, the column is lost on its own.
 */
function isDroppedWithTable({ before, successor, steps }: NetChange, net: NetChanges): boolean {
  const table = net.of({ kind: 'table', name: before.table ?? '', table: null });
  if (table === null || table.after !== null || table.steps.at(-1)?.index !== steps.at(-1)?.index) return false;
  const isRebuilt = table.successor?.kind === 'table' && table.copied;
  return !isRebuilt || successor !== null || isGoneWithContainer({ ...table, before }, net);
}

function emptiedTables({ statement: { node, writes }, objects }: StatementContext): readonly StatementFinding[] {
  const emptied = 'TruncateStmt' in node ? relationNames(node.TruncateStmt.relations) : deletedTables(node);
  return emptied
    .filter((table) => writes.includes(table) && !isNewTable(objects, table))
    .map((table) => {
      const message = `This deletes every row of ${table}.`;
      return { rule: 'data-loss', object: table, message, safer: `delete from ${quoteName(table)} where …;` };
    });
}

/** Returns the tables of all `delete` without a condition, those in a `with` included. */
function deletedTables(node: Node): readonly string[] {
  return nodesIn(node).flatMap((one) => {
    if (!('DeleteStmt' in one) || one.DeleteStmt.relation === undefined) return [];
    const { relation, whereClause } = one.DeleteStmt;
    return whereClause === undefined || isAlwaysTrue(whereClause) ? [relationName(relation)] : [];
  });
}

/** Whether a condition is `true`, or compares a constant with itself. */
function isAlwaysTrue(condition: Node): boolean {
  if ('A_Const' in condition) return condition.A_Const.boolval?.boolval === true;
  if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP') return false;
  const { lexpr, rexpr, name } = condition.A_Expr;
  const isEquality = name?.some((part) => 'String' in part && part.String.sval === '=') ?? false;
  if (!isEquality || lexpr === undefined || rexpr === undefined) return false;
  return 'A_Const' in lexpr && 'A_Const' in rexpr && constantOf(lexpr) === constantOf(rexpr);
}

function constantOf({ A_Const: constant }: Extract<Node, { A_Const: unknown }>): string {
  return JSON.stringify({ ...constant, location: 0 });
}

function droppedByRole({ statement: { node } }: StatementContext): readonly StatementFinding[] {
  if (!('DropOwnedStmt' in node)) return [];
  const message =
    'DROP OWNED drops every object that the role owns in this database, with its data; `down` can only recreate them empty.';
  return [{ rule: 'data-loss', object: null, message, safer: null }];
}

function cutValues(context: AlterTableContext): readonly StatementFinding[] {
  const altered = alteredType(context);
  if (altered === null || !altered.using.lossy || isNewColumn(context, altered.column)) return [];
  const { object, column, to } = altered;
  const message = `USING keeps only a part of each value of ${object}; \`down\` cannot restore the rest.`;
  const safer = replaceColumn(context.objects, { table: context.table, column, by: `${column}_new`, type: to });
  return [{ rule: 'data-loss', object, message, safer }];
}

function isNewColumn({ objects, table }: AlterTableContext, name: string): boolean {
  return findObject(objects, { kind: 'column', name, table })?.createdBy === unattributed.id;
}
