import type { ColumnDef, Constraint } from 'libpg-query';
import { afterBlank } from '@headwater/kernel/internal/sql';

/** Returns the text that begins at one of the parser's positions, which are in bytes. */
function textFrom(sql: string, location: number | undefined): string {
  return Buffer.from(sql)
    .subarray(location ?? 0)
    .toString();
}

/**
 * Returns the clause that begins at `location`: everything up to the next comma, semicolon or closing parenthesis that
 * does not belong to it.
 */
export function clauseAt(sql: string, location: number | undefined): string {
  const text = textFrom(sql, location);
  return text.slice(0, clauseEnd(text)).trim();
}

/** Returns the length of the clause at the start of a text. */
function clauseEnd(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const quoted = /^(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$)/.exec(text.slice(at))?.[0];
    const blank = text.startsWith('--', at) || text.startsWith('/*', at) ? afterBlank(text, at) - at : 0;
    const [character] = quoted === undefined && blank === 0 ? [text[at] ?? ''] : [''];
    if (depth === 0 && /^[,;)]/.test(character)) return at;
    if (/^[([]/.test(character)) depth += 1;
    if (/^[)\]]/.test(character)) depth -= 1;
    at += Math.max((quoted?.length ?? blank) - 1, 0);
  }
  return text.length;
}

/** Returns the text in the parentheses of a clause: the expression of a check or of a generated column. */
export function inParentheses(clause: string): string {
  const start = clause.indexOf('(') + 1;
  const inside = clause.slice(start);
  return inside.slice(0, closingParenthesis(inside)).trim();
}

function closingParenthesis(inside: string): number {
  let at = clauseEnd(inside);
  while (at < inside.length && inside[at] !== ')') at += 1 + clauseEnd(inside.slice(at + 1));
  return at;
}

/** The definition of a column, as written, without its constraints; and each constraint, as written. */
export interface ColumnText {
  /** `"n" varchar(20)` */
  readonly column: string;
  /** The text of each constraint with its attributes: `references t (id) deferrable`. */
  readonly constraints: ReadonlyMap<Constraint, string>;
}

/** Splits the text of a column's definition at the positions of its constraints. */
export function columnText(sql: string, { location, constraints = [] }: ColumnDef): ColumnText {
  const own = constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  // `deferrable` and its like belong to the constraint before them.
  const marks = own.filter(({ contype }) => contype?.startsWith('CONSTR_ATTR') !== true);
  const clause = Buffer.from(clauseAt(sql, location));
  const cut = (from: number | undefined, to: number | undefined): string =>
    clause
      .subarray((from ?? 0) - (location ?? 0), to === undefined ? undefined : to - (location ?? 0))
      .toString()
      .trim();
  return {
    column: cut(location, marks[0]?.location),
    constraints: new Map(marks.map((mark, i) => [mark, cut(mark.location, marks[i + 1]?.location)])),
  };
}

/** Returns a constraint as written, without the name that it gives itself. */
export function withoutName(constraint: string): string {
  return constraint.replace(/^constraint\s+(?:"(?:[^"]|"")+"|[^\s"]+)\s+/i, '');
}
