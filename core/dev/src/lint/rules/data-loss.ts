import {
  displayName,
  findObject,
  isCreatedInSameSql,
  isNewTable,
  quoteName,
  relationName,
  type SqlKind,
  unattributed,
} from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import type { AlterTableContext, StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports drops of tables, columns and schemas, TRUNCATE, and DELETE of all rows. */
export const dataLoss: StatementRule = {
  statement: (context) => [...drops(context), ...emptiedTables(context)],
  alterTable: droppedColumn,
};

const holdsData: ReadonlySet<SqlKind> = new Set(['table', 'schema']);

const dropLater = '-- after a backup, in a release after the last one whose code uses it:';

function drops({ statement, objects }: StatementContext): readonly StatementFinding[] {
  const { cascade } = statement;
  return statement.drops.flatMap((dropped): readonly StatementFinding[] => {
    const { kind } = dropped;
    const loses = holdsData.has(kind) || (kind === 'type' && cascade);
    if (!loses || isCreatedInSameSql(objects, dropped) || (kind === 'schema' && !cascade)) return [];
    const object = displayName(dropped);
    const dependents = cascade ? ' and everything that depends on it' : '';
    const message = `This drops ${kind} ${object} and its data${dependents}; \`down\` can only recreate it empty.`;
    return [{ rule: 'data-loss', object, message, safer: `${dropLater}\ndrop ${kind} ${quoteName(object)};` }];
  });
}

function emptiedTables({ statement: { node }, objects }: StatementContext): readonly StatementFinding[] {
  const tables: string[] = [];
  if ('TruncateStmt' in node) {
    for (const one of node.TruncateStmt.relations ?? []) {
      if ('RangeVar' in one) tables.push(relationName(one.RangeVar));
    }
  }
  if ('DeleteStmt' in node && node.DeleteStmt.relation !== undefined && node.DeleteStmt.whereClause === undefined) {
    tables.push(relationName(node.DeleteStmt.relation));
  }
  return tables
    .filter((table) => !isNewTable(objects, table))
    .map((table) => {
      const message = `This deletes every row of ${table}.`;
      return { rule: 'data-loss', object: table, message, safer: `delete from ${quoteName(table)} where …;` };
    });
}

function droppedColumn({ table, command, objects }: AlterTableContext): readonly StatementFinding[] {
  const { subtype, name = '' } = command;
  if (subtype !== 'AT_DropColumn') return [];
  // A column that the SQL itself added holds no data yet.
  if (findObject(objects, { kind: 'column', name, table })?.createdBy === unattributed.id) return [];
  const object = `${table}.${name}`;
  const message = `This drops column ${object} and its data; \`down\` can only recreate it empty.`;
  const safer = `${dropLater}\nalter table ${quoteName(table)} drop column ${quoteName(name)};`;
  return [{ rule: 'data-loss', object, message, safer }];
}
