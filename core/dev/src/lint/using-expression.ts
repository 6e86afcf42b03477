import type { Node, TypeName } from 'libpg-query';
import { nodesIn, sqlType, stringsIn, type SqlType } from '@headwater/kernel/internal/sql';

/** The values that `alter column … type … using …` writes. */
export interface UsingExpression {
  /** Whether they are computed in another way than by casts of the column. */
  readonly computed: boolean;
  /** Whether different old values may become one new value, so that the old ones cannot be restored. */
  readonly lossy: boolean;
}

/** Functions that keep only a part of their argument. */
const lossyFunctions: ReadonlySet<string> = new Set(
  (
    'abs array_length ascii btrim cardinality ceil ceiling char_length character_length date_part date_trunc extract ' +
    'floor hashtext hashtextextended initcap jsonb_extract_path jsonb_extract_path_text json_extract_path ' +
    'json_extract_path_text left length lower ltrim md5 octet_length regexp_match regexp_replace regexp_substr ' +
    'replace right round rtrim sha224 sha256 sha384 sha512 sign split_part substr substring to_char translate ' +
    'trunc upper'
  ).split(' '),
);

/** Operators that keep only a part of their left side. */
const lossyOperators: ReadonlySet<string> = new Set(['->', '->>', '#>', '#>>', '%']);

/** Examines the `using` of a type change. `from` is the old type of the column, if it is known. */
export function usingExpression(
  expression: Node | undefined,
  column: string,
  from: SqlType | undefined,
): UsingExpression {
  if (expression === undefined) return { computed: false, lossy: false };
  const { innermost, casts } = withoutCasts(expression);
  if (isColumn(innermost, column)) {
    return { computed: false, lossy: casts.some((cast) => truncates(cast, from)) };
  }
  const nodes = nodesIn(expression);
  const isLossy = nodes.some((node) => {
    if ('FuncCall' in node) return isLossyCall(node, from);
    return 'A_Expr' in node && lossyOperators.has(stringsIn(node.A_Expr.name).at(-1) ?? '');
  });
  return { computed: true, lossy: isLossy || !nodes.some((node) => isColumn(node, column)) };
}

function isLossyCall(call: Extract<Node, { FuncCall: unknown }>, from: SqlType | undefined): boolean {
  const name = stringsIn(call.FuncCall.funcname).at(-1) ?? '';
  // The spaces at the end of a `char(n)` are no part of its value.
  const isPadding = from?.name === 'bpchar' && /^[br]trim$/.test(name) && call.FuncCall.args?.length === 1;
  return lossyFunctions.has(name) && !isPadding && !isEpoch(call);
}

/** Removes casts, and `nullif`, whose value is its first argument or null. */
function withoutCasts(expression: Node): { readonly innermost: Node; readonly casts: readonly TypeName[] } {
  const casts: TypeName[] = [];
  let innermost = expression;
  for (;;) {
    if ('TypeCast' in innermost && innermost.TypeCast.arg !== undefined) {
      if (innermost.TypeCast.typeName !== undefined) casts.push(innermost.TypeCast.typeName);
      innermost = innermost.TypeCast.arg;
    } else if ('A_Expr' in innermost && innermost.A_Expr.kind === 'AEXPR_NULLIF' && innermost.A_Expr.lexpr) {
      innermost = innermost.A_Expr.lexpr;
    } else return { innermost, casts };
  }
}

function isColumn(node: Node, column: string): boolean {
  return 'ColumnRef' in node && stringsIn(node.ColumnRef.fields).at(-1) === column;
}

/** Whether an explicit cast shortens values without an error, as casts to `varchar(n)` and `char(n)` do. */
function truncates(cast: TypeName, from: SqlType | undefined): boolean {
  const { name, modifiers } = sqlType(cast);
  const [limit] = modifiers;
  if ((name !== 'varchar' && name !== 'bpchar') || limit === undefined) return false;
  const isLimited = from?.name === 'varchar' || from?.name === 'bpchar';
  return limit < (isLimited ? (from.modifiers[0] ?? Infinity) : Infinity);
}

/** Whether a call is `extract(epoch from …)`, which keeps the whole value. */
function isEpoch({ FuncCall: { args = [] } }: Extract<Node, { FuncCall: unknown }>): boolean {
  const [field] = args;
  return field !== undefined && 'A_Const' in field && field.A_Const.sval?.sval === 'epoch';
}
