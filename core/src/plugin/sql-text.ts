/** What hides text in SQL (comments, constants, quoted names), names, white space; then any other character. */
const pieces =
  /--[^\n]*|\/\*|[eE]?'|"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|\s+|[\s\S]/y;

/**
 * How many statements a piece of SQL holds, judged by its semicolons outside comments, constants and names. Light on
 * purpose: it decides what an author is told early, and a server has the last word.
 */
export function countStatements(sql: string): number {
  let count = 0;
  let open = false;
  for (let at = 0; at < sql.length;) {
    pieces.lastIndex = at;
    const piece = pieces.exec(sql)?.[0] ?? '';
    const end = endOf(sql, at, piece);
    if (piece === ';') {
      open = false;
    } else if (!open && !isComment(piece) && piece.trim() !== '') {
      open = true;
      count += 1;
    }
    at = Math.max(end, at + 1);
  }
  return count;
}

function isComment(piece: string): boolean {
  return piece.startsWith('--') || piece === '/*';
}

/** Where what begins with `piece` at `at` ends; the end of the text where it is not closed. */
function endOf(sql: string, at: number, piece: string): number {
  const start = at + piece.length;
  if (piece === '/*') return endOfComment(sql, start);
  if (piece === "'" || piece === '"') return after(sql, piece, start);
  if (/^e'$/i.test(piece)) return endOfEscaped(sql, start);
  return piece.length > 1 && piece.startsWith('$') ? after(sql, piece, start) : start;
}

function after(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found < 0 ? sql.length : found + mark.length;
}

/** PostgreSQL's comments nest. */
function endOfComment(sql: string, from: number): number {
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

function endOfEscaped(sql: string, from: number): number {
  const closed = /(?:[^'\\]|\\[\s\S])*'/y;
  closed.lastIndex = from;
  return closed.test(sql) ? closed.lastIndex : sql.length;
}
