import { countStatements, verbatimStretches, type Stretch } from '@headwater/kernel/internal';
import { lineWidth } from './prose.ts';

/** Says what of a text no `sql` literal can hold. */
export type RefuseText = (problem: string) => Error;

const blockIndent = ' '.repeat(4);

/** White space as PostgreSQL sees it; any other is a part of a name. */
const spaceBefore = /^[ \t\n\f\v]+/;
const spaceAfter = /[ \t\n\f\v]+$/;
const written = /[^ \t\n\f\v]/;

/**
 * SQL as a `sql` literal in a revision file, which begins in column `column`: one short statement on its line, else a
 * block. Lines get a common indentation, except where they begin inside a constant, a quoted name, a dollar quotation
 * or a comment: there each character is kept, so what reaches the server says the same. Throws what `refuse` makes of a
 * text that a template literal cannot hold.
 */
export function sqlLiteral(sql: string, column: number, refuse: RefuseText): string {
  const text = withPlainBreaks(sql, refuse);
  const inline = text.replace(spaceBefore, '').replace(spaceAfter, '');
  if (!inline.includes('\n') && countStatements(inline) === 1 && !inline.endsWith('\\')) {
    const literal = `sql\`${escaped(inline, refuse)}\``;
    // What follows it is a comma.
    if (column + literal.length < lineWidth) return literal;
  }
  return `sql\`\n${escaped(indented(text), refuse)}\n  \``;
}

/** JavaScript reads every line break in a template literal as a line feed. */
function withPlainBreaks(sql: string, refuse: RefuseText): string {
  if (sql.includes('\0')) throw refuse('holds a zero byte, which PostgreSQL does not take');
  if (!sql.includes('\r')) return sql;
  const kept = verbatimStretches(sql).find(({ start, end }) => sql.slice(start, end).includes('\r'));
  if (kept !== undefined) throw refuse('holds a carriage return inside a constant or a comment');
  return sql.replaceAll(/\r\n?/g, '\n');
}

/** `sql` takes one backslash away before a backtick and before `${`, and no other. */
function escaped(text: string, refuse: RefuseText): string {
  if (/(?<!\\)(?:\\\\)*\\(?:`|\$\{)/.test(text)) {
    throw refuse('holds a backslash before a backtick or before ${, which no template literal can give back');
  }
  return text.replaceAll(/`|\$\{/g, '\\$&');
}

interface Line {
  readonly text: string;
  /** Whether it begins, and whether it ends, inside what is kept as it is. */
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
      // A line that begins inside keeps its beginning; one that ends inside, its end.
      return begins || body === '' ? body : blockIndent + body.slice(common);
    })
    .join('\n');
}

function isWritten({ text, begins, ends }: Line): boolean {
  return begins || ends || written.test(text);
}

function linesOf(text: string): readonly Line[] {
  const stretches = verbatimStretches(text);
  let at = 0;
  let next = 0;
  const isInside = (position: number): boolean => {
    while (next < stretches.length && (stretches[next] as Stretch).end <= position) next += 1;
    return (stretches[next]?.start ?? Infinity) < position;
  };
  return text.split('\n').map((line) => {
    const begins = isInside(at);
    const ends = isInside(at + line.length);
    at += line.length + 1;
    return { text: line, begins, ends };
  });
}
