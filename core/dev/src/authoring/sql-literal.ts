import { countStatements, verbatimRanges, type TextRange } from '@headwater/kernel/internal/plugins';
import { lineWidth } from './comment-text.ts';

/**
 * Creates the refusal of a text that a `sql` literal cannot contain. `problem` completes a sentence about its field.
 */
export type RefuseText = (problem: string) => Error;

const blockIndent = ' '.repeat(4);

/** White space by PostgreSQL's definition. Any other character can be part of a name. */
const spaceBefore = /^[ \t\n\f\v]+/;
const spaceAfter = /[ \t\n\f\v]+$/;
const written = /[^ \t\n\f\v]/;

/**
 * Writes SQL as a `sql` literal that begins in column `column` of a revision file. Empty text and a single short
 * statement stay on one line; anything else becomes a block with a common indentation. A line that begins inside a
 * constant, a quoted name, a dollar-quoted string or a comment keeps every character, so the server receives the same
 * SQL. Throws the refusal that `refuse` creates for a text that a template literal cannot contain.
 */
export function sqlLiteral(sql: string, column: number, refuse: RefuseText): string {
  const text = withPlainBreaks(sql, refuse);
  const inline = text.replace(spaceBefore, '').replace(spaceAfter, '');
  if (inline === '') return 'sql``';
  if (!inline.includes('\n') && countStatements(inline) === 1 && !inline.endsWith('\\')) {
    const literal = `sql\`${escaped(inline, refuse)}\``;
    // A comma follows it.
    if (column + literal.length < lineWidth) return literal;
  }
  return `sql\`\n${escaped(indented(text), refuse)}\n  \``;
}

/** Replaces carriage returns, since JavaScript reads every line break in a template literal as a line feed. */
function withPlainBreaks(sql: string, refuse: RefuseText): string {
  if (sql.includes('\0')) throw refuse('contains a zero byte, which PostgreSQL does not accept');
  if (!sql.includes('\r')) return sql;
  const kept = verbatimRanges(sql).find(({ start, end }) => sql.slice(start, end).includes('\r'));
  if (kept !== undefined) throw refuse('contains a carriage return inside a constant or a comment');
  return sql.replaceAll(/\r\n?/g, '\n');
}

/** Adds the backslashes that the `sql` tag removes: one before each backtick and before each `${`. */
function escaped(text: string, refuse: RefuseText): string {
  if (/(?<!\\)(?:\\\\)*\\(?:`|\$\{)/.test(text)) {
    throw refuse('contains a backslash before a backtick or before ${, which a template literal cannot express');
  }
  return text.replaceAll(/`|\$\{/g, '\\$&');
}

interface Line {
  readonly text: string;
  /** Whether the line begins inside text that is kept verbatim, and whether it ends inside such text. */
  readonly begins: boolean;
  readonly ends: boolean;
}

function indented(text: string): string {
  const lines = linesOf(text);
  const free = lines.filter(({ text, begins }) => !begins && written.test(text));
  const common = Math.min(...free.map(({ text }) => text.search(written)));
  const first = lines.findIndex(isWritten);
  const last = lines.findLastIndex(isWritten);
  return lines
    .slice(first, last + 1)
    .map(({ text, begins, ends }) => {
      const body = ends ? text : text.replace(spaceAfter, '');
      // A line that begins inside verbatim text keeps its start; one that ends inside it keeps its end.
      return begins || body === '' ? body : blockIndent + body.slice(common);
    })
    .join('\n');
}

function isWritten({ text, begins, ends }: Line): boolean {
  return begins || ends || written.test(text);
}

function linesOf(text: string): readonly Line[] {
  const stretches = verbatimRanges(text);
  let at = 0;
  let next = 0;
  const isInside = (position: number): boolean => {
    while (next < stretches.length && (stretches[next] as TextRange).end <= position) next += 1;
    return (stretches[next]?.start ?? Infinity) < position;
  };
  return text.split('\n').map((line) => {
    const begins = isInside(at);
    const ends = isInside(at + line.length);
    at += line.length + 1;
    return { text: line, begins, ends };
  });
}
