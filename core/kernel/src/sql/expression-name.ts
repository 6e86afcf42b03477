import type { Node } from 'libpg-query';
import { stringsIn } from './qualified-name.ts';

/** The name that PostgreSQL gives an output column or an index over `node` (FigureColname); `null` where it has none. */
export function expressionName(node: Node | undefined): string | null {
  return figured(node)?.name ?? null;
}

interface Figured {
  readonly name: string;
  /** A cast is only a fallback: what is cast names better. */
  readonly weak: boolean;
}

function figured(node: Node | undefined): Figured | null {
  if (node === undefined) return null;
  if ('ColumnRef' in node) return named(stringsIn(node.ColumnRef.fields).at(-1));
  if ('FuncCall' in node) return named(stringsIn(node.FuncCall.funcname).at(-1));
  if ('A_Indirection' in node) {
    return named(stringsIn(node.A_Indirection.indirection).at(-1)) ?? figured(node.A_Indirection.arg);
  }
  if ('TypeCast' in node) {
    const inner = figured(node.TypeCast.arg);
    if (inner !== null && !inner.weak) return inner;
    const type = stringsIn(node.TypeCast.typeName?.names).at(-1);
    return type === undefined ? inner : { name: type, weak: true };
  }
  if ('CollateClause' in node) return figured(node.CollateClause.arg);
  if ('CaseExpr' in node) {
    const inner = figured(node.CaseExpr.defresult);
    return inner === null || inner.weak ? { name: 'case', weak: true } : inner;
  }
  if ('CoalesceExpr' in node) return named('coalesce');
  if ('A_ArrayExpr' in node) return named('array');
  if ('RowExpr' in node) return named('row');
  if ('MinMaxExpr' in node) return named(node.MinMaxExpr.op === 'IS_GREATEST' ? 'greatest' : 'least');
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_NULLIF') return named('nullif');
  return null;
}

function named(name: string | undefined): Figured | null {
  return name === undefined ? null : { name, weak: false };
}
