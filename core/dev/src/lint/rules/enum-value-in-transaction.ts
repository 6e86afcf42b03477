import type { Node } from 'libpg-query';
import {
  findObject,
  isCreatedInSameSql,
  nodesIn,
  relationName,
  sqlType,
  stringsIn,
  type SqlStatement,
  type SqlType,
  type TrackedObjects,
} from '@headwater/kernel/internal/sql';
import type { StatementFinding } from '../finding.ts';
import type { StatementContext, StatementRule } from '../statement-rule.ts';

/** Reports a use of a new enum value in the transaction that adds it, before the commit. */
export const enumValueInTransaction: StatementRule = { statement: usedTooEarly };

function usedTooEarly({ statement, objects, later, transaction }: StatementContext): readonly StatementFinding[] {
  const added = statement.changes.find(({ kind, value }) => kind === 'type' && value?.from === null);
  if (added?.value === undefined || !transaction || isCreatedInSameSql(objects, added)) return [];
  const { to } = added.value;
  const used = later.some((one) => {
    const others = constantsOfOtherTypes(one, added.name, objects);
    return nodesIn(one.node).some((node) => 'A_Const' in node && node.A_Const.sval?.sval === to && !others.has(node));
  });
  if (!used) return [];
  const message = `'${to}' is added to type ${added.name} and used in the same transaction, which PostgreSQL does not allow.`;
  const safer = `-- in a separate revision, before the one that uses the value:\n${statement.text};`;
  return [{ rule: 'enum-value-in-transaction', object: added.name, message, safer }];
}

/** Returns the constants that a statement casts to another type, or compares with or writes to a column of another type. */
function constantsOfOtherTypes(statement: SqlStatement, type: string, objects: TrackedObjects): ReadonlySet<Node> {
  const found = new Set<Node>();
  const add = (expression: Node | undefined, is: SqlType | undefined): void => {
    if (is !== undefined && is.name !== type) for (const constant of constantsIn(expression)) found.add(constant);
  };
  const columnType = (name: string, tables: readonly string[]): SqlType | undefined => {
    const among = tables.length > 0 ? tables : [''];
    return findObject(objects, { kind: 'column', name, table: null, among })?.type;
  };
  const typeOf = (expression: Node | undefined): SqlType | undefined => {
    if (expression === undefined) return undefined;
    if ('TypeCast' in expression && expression.TypeCast.typeName) return sqlType(expression.TypeCast.typeName);
    if (!('ColumnRef' in expression)) return undefined;
    const name = stringsIn(expression.ColumnRef.fields).at(-1) ?? '';
    const tables = statement.needs.flatMap((need) =>
      need.kind === 'column' && need.name === name ? (need.among ?? [need.table ?? '']) : [],
    );
    return columnType(name, tables);
  };
  for (const node of nodesIn(statement.node)) {
    if ('TypeCast' in node) add(node.TypeCast.arg, typeOf(node));
    if ('A_Expr' in node) {
      add(node.A_Expr.rexpr, typeOf(node.A_Expr.lexpr));
      add(node.A_Expr.lexpr, typeOf(node.A_Expr.rexpr));
    }
    if ('ColumnDef' in node && node.ColumnDef.typeName) {
      const of = sqlType(node.ColumnDef.typeName);
      for (const one of node.ColumnDef.constraints ?? []) if ('Constraint' in one) add(one.Constraint.raw_expr, of);
    }
    if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
      const table = relationName(node.AlterTableStmt.relation);
      for (const one of node.AlterTableStmt.cmds ?? []) {
        if (!('AlterTableCmd' in one) || one.AlterTableCmd.subtype !== 'AT_ColumnDefault') continue;
        add(one.AlterTableCmd.def, columnType(one.AlterTableCmd.name ?? '', [table]));
      }
    }
    if ('UpdateStmt' in node && node.UpdateStmt.relation) {
      const table = relationName(node.UpdateStmt.relation);
      for (const one of node.UpdateStmt.targetList ?? []) {
        if ('ResTarget' in one) add(one.ResTarget.val, columnType(one.ResTarget.name ?? '', [table]));
      }
    }
    if ('InsertStmt' in node && node.InsertStmt.relation) {
      const table = relationName(node.InsertStmt.relation);
      const { cols = [], selectStmt } = node.InsertStmt;
      const types = cols.map((one) => columnType('ResTarget' in one ? (one.ResTarget.name ?? '') : '', [table]));
      const rows =
        selectStmt !== undefined && 'SelectStmt' in selectStmt ? (selectStmt.SelectStmt.valuesLists ?? []) : [];
      for (const row of rows) {
        for (const [i, value] of ('List' in row ? (row.List.items ?? []) : []).entries()) add(value, types[i]);
      }
    }
  }
  return found;
}

/** Returns the constants that an expression is, or that it lists. */
function constantsIn(expression: Node | undefined): readonly Node[] {
  if (expression === undefined) return [];
  if ('A_Const' in expression) return [expression];
  if ('List' in expression) return (expression.List.items ?? []).flatMap(constantsIn);
  return 'A_ArrayExpr' in expression ? (expression.A_ArrayExpr.elements ?? []).flatMap(constantsIn) : [];
}
