import type { Node } from 'libpg-query';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { quoteInput } from '../error/quote-input.ts';
import { optimizeNothing } from '../runtime/webassembly.ts';

/** A statement in a piece of SQL, as PostgreSQL's own parser reads it. */
export interface ParsedStatement {
  /** The text as written, excluding the comments before it and its semicolon. */
  readonly text: string;
  /** Its start in the whole text, in UTF-16 code units. */
  readonly offset: number;
  /** The line on which it starts, counting from 1. */
  readonly line: number;
  /** The syntax tree. Positions in it are in bytes. */
  readonly node: Node;
}

/** The statements of texts that have been parsed: a proof reads the same history many times. */
const parsed = new Map<string, readonly ParsedStatement[]>();

/** The number of texts' characters that {@link parsed} holds at most, since trees are many times as large. */
const mostParsed = 2 ** 18;

let parsedLength = 0;

/**
 * Splits SQL into statements with the parser of PostgreSQL 18. SQL that consists of comments and white space has none.
 * Throws SQL_SYNTAX, and no other error, for text that cannot be parsed.
 */
export async function parseSql(sql: string): Promise<readonly ParsedStatement[]> {
  const known = parsed.get(sql);
  if (known !== undefined) return known;
  const statements = await parse(sql);
  // The trees of temporary objects are changed by their reader.
  if (/temp/i.test(sql) || sql.length > mostParsed) return statements;
  if (parsedLength + sql.length > mostParsed) {
    parsed.clear();
    parsedLength = 0;
  }
  parsed.set(sql, statements);
  parsedLength += sql.length;
  return statements;
}

async function parse(sql: string): Promise<readonly ParsedStatement[]> {
  assertText(sql);
  // The parser rejects empty text.
  if (sql === '') return [];
  const { hasSqlDetails, loadModule, parseSync } = await import('libpg-query');
  await loadModule();
  using _ = optimizeNothing();
  try {
    return statementsIn(sql, parseSync(sql).stmts ?? []);
  } catch (error) {
    const position = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    const message = hasSqlDetails(error) ? error.message : 'it is nested too deeply to be parsed';
    throw refusal(sql, unitsOf(sql, position), `${message}${explainInvisible(message)}`, error);
  }
}

/** Names the character in the parser's message that looks like a space or like nothing, if there is one. */
function explainInvisible(message: string): string {
  const [found] = /[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/.exec(message) ?? [];
  if (found === undefined) return '';
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `, which contains the invisible character U+${code}`;
}

/** Rejects characters at which the parser would stop, or after which it would report wrong positions. */
function assertText(sql: string): void {
  const zero = sql.indexOf('\0');
  if (zero >= 0) throw refusal(sql, zero, 'a zero byte, which PostgreSQL does not accept');
  const surrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(sql);
  if (surrogate !== null)
    throw refusal(sql, surrogate.index, 'half of a surrogate pair, which no encoding can represent');
}

interface RawStatement {
  readonly stmt?: Node;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

function statementsIn(sql: string, raw: readonly RawStatement[]): readonly ParsedStatement[] {
  const bytes = Buffer.from(sql);
  let [byte, unit, line, lineFrom] = [0, 0, 1, 0];
  const unitAt = (to: number): number => {
    unit += bytes.toString('utf8', byte, to).length;
    byte = to;
    return unit;
  };
  return raw.flatMap(({ stmt: node, stmt_location: from = 0, stmt_len: length }) => {
    if (node === undefined) return [];
    const start = unitAt(from);
    // The parser's location includes the comments before a statement, and the last statement has no length.
    const end = length === undefined || length === 0 ? sql.length : unitAt(from + length);
    const offset = afterBlank(sql, start);
    line += sql.slice(lineFrom, offset).split('\n').length - 1;
    lineFrom = offset;
    return [Object.freeze({ text: sql.slice(offset, end).trimEnd(), offset, line, node })];
  });
}

/** Returns the position after white space, comments (which may nest) and empty statements. */
export function afterBlank(sql: string, from: number): number {
  let at = from;
  for (;;) {
    const blank = /(?:[ \t\n\r\f\v;]+|--[^\n]*)*/y;
    blank.lastIndex = at;
    at += blank.exec(sql)?.[0].length ?? 0;
    if (!sql.startsWith('/*', at)) return at;
    at = afterComment(sql, at + 2);
  }
}

function afterComment(sql: string, from: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  let depth = 1;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

/** Converts the parser's position, in characters, to UTF-16 code units. */
function unitsOf(sql: string, characters: number): number {
  let units = 0;
  let left = characters;
  for (const character of sql) {
    if (left === 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

function refusal(sql: string, at: number, message: string, cause?: unknown): KernelError {
  const before = sql.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const end = sql.indexOf('\n', at);
  const [line, column] = [before.split('\n').length, Array.from(sql.slice(start, at)).length + 1];
  const shown = sql.slice(Math.max(start, at - 40), Math.min(end < 0 ? sql.length : end, at + 40)).trim();
  return kernelError('SQL_SYNTAX', { message, line, column, excerpt: quoteInput(shown, 80) }, { cause });
}
