import type { Node } from 'libpg-query';
import { stringsIn } from './syntax-tree.ts';

/** Returns the name that PostgreSQL gives to an output column or an index of `node` (FigureColname); `null` if none. */
export function expressionName(node: Node | undefined): string | null {
  return findName(node)?.name ?? null;
}

interface ExpressionName {
  readonly name: string;
  /** Whether the name is only a fallback. The expression inside a cast gives a better name than its type. */
  readonly weak: boolean;
}

function findName(node: Node | undefined): ExpressionName | null {
  if (node === undefined) return null;
  if ('ColumnRef' in node) return strong(stringsIn(node.ColumnRef.fields).at(-1));
  if ('FuncCall' in node) return strong(stringsIn(node.FuncCall.funcname).at(-1));
  if ('A_Indirection' in node) {
    return strong(stringsIn(node.A_Indirection.indirection).at(-1)) ?? findName(node.A_Indirection.arg);
  }
  if ('TypeCast' in node) {
    const inner = findName(node.TypeCast.arg);
    if (inner !== null && !inner.weak) return inner;
    const type = stringsIn(node.TypeCast.typeName?.names).at(-1);
    return type === undefined ? inner : { name: type, weak: true };
  }
  if ('CollateClause' in node) return findName(node.CollateClause.arg);
  if ('CaseExpr' in node) {
    const inner = findName(node.CaseExpr.defresult);
    return inner === null || inner.weak ? { name: 'case', weak: true } : inner;
  }
  if ('CoalesceExpr' in node) return strong('coalesce');
  if ('A_ArrayExpr' in node) return strong('array');
  if ('RowExpr' in node) return strong('row');
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_GREATEST' ? 'greatest' : 'least');
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_NULLIF') return strong('nullif');
  return null;
}

function strong(name: string | undefined): ExpressionName | null {
  return name === undefined ? null : { name, weak: false };
}
