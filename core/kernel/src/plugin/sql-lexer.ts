/**
 * Matches the opening of a comment, a constant or a quoted name (each hides the text inside it), a name, white space,
 * or any other single character.
 */
const pieces =
  /--[^\n\r]*|\/\*|[eE]?'|"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|\s+|[\s\S]/y;

/** A part of a text, from `start` up to but not including `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A lexical piece of SQL. `opening` is the whole piece if it hides no text. */
interface Piece extends TextRange {
  readonly opening: string;
}

function* piecesOf(sql: string): Iterable<Piece> {
  for (let start = 0; start < sql.length;) {
    pieces.lastIndex = start;
    const opening = pieces.exec(sql)?.[0] ?? '';
    const end = Math.max(endOf(sql, start, opening), start + 1);
    yield { opening, start, end };
    start = end;
  }
}

/**
 * Counts the statements in a SQL text by its semicolons outside comments, constants and names. It is deliberately
 * simple: it only gives authors early errors, and the server has the last word.
 */
export function countStatements(sql: string): number {
  let count = 0;
  let open = false;
  for (const { opening } of piecesOf(sql)) {
    if (opening === ';') {
      open = false;
    } else if (!open && !isComment(opening) && opening.trim() !== '') {
      open = true;
      count += 1;
    }
  }
  return count;
}

/**
 * Returns the ranges in which white space is significant: constants, quoted names, dollar quotations and block
 * comments, in order. Everywhere else, lines may be reindented.
 */
export function verbatimRanges(sql: string): readonly TextRange[] {
  return Array.from(piecesOf(sql)).flatMap(({ opening, start, end }) =>
    end > start + opening.length ? [{ start, end }] : [],
  );
}

function isComment(piece: string): boolean {
  return piece.startsWith('--') || piece === '/*';
}

/** Returns where the piece with the opening `piece` at `at` ends: at the end of the text if it is not closed. */
function endOf(sql: string, at: number, piece: string): number {
  const start = at + piece.length;
  if (piece === '/*') return endOfComment(sql, start);
  if (piece === '"') return after(sql, piece, start);
  if (piece.endsWith("'")) return endOfConstant(sql, start, piece.length > 1);
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

/** White space with a line break followed by a quote continues the previous constant, with the same escapes. */
const continuation = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:\s|--[^\n\r]*[\n\r])*'/y;

function endOfConstant(sql: string, from: number, escapes: boolean): number {
  let end = from;
  do {
    end = escapes ? endOfEscaped(sql, end) : after(sql, "'", end);
    continuation.lastIndex = end;
    if (continuation.test(sql)) end = continuation.lastIndex;
    else return end;
  } while (end < sql.length);
  return end;
}

function endOfEscaped(sql: string, from: number): number {
  const closed = /(?:[^'\\]|\\[\s\S])*'/y;
  closed.lastIndex = from;
  return closed.test(sql) ? closed.lastIndex : sql.length;
}
