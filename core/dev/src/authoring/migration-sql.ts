import { countStatements, verbatimStretches } from '@headwater/kernel/internal';

/** The statements of a migration as one text: each ended by a semicolon, and indented by itself alone. */
export function joinedStatements(statements: readonly string[]): string {
  return statements.map((statement) => ended(outdented(statement))).join('\n');
}

function ended(statement: string): string {
  const text = statement.trimEnd();
  // Whether what would follow is a second statement tells whether the first one has ended.
  if (countStatements(`${text}\nselect 1`) > countStatements(text)) return text;
  // After a comment the semicolon has to be on a line of its own.
  return countStatements(`${text};select 1`) > countStatements(text) ? `${text};` : `${text}\n;`;
}

/**
 * A text that begins in the middle of a line of its source, as in addSql(\`create table …, has all its other lines
 * indented by where it stood there. They go back together, where the last one closes what the first one opens.
 */
function outdented(statement: string): string {
  const lines = statement.split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  if (lines.length < 2 || (lines[0] ?? '').trim() === '' || !/^\s*[)$]/.test(last)) return statement;
  const kept = new Set(
    verbatimStretches(statement).flatMap(({ start, end }) => {
      const first = statement.slice(0, start).split('\n').length;
      return Array.from(statement.slice(start, end).matchAll(/\n/g), (_, i) => first + i);
    }),
  );
  const free = lines.filter((line, i) => i > 0 && !kept.has(i) && line.trim() !== '');
  const common = Math.min(...free.map((line) => line.search(/\S/)));
  return lines.map((line, i) => (i === 0 || kept.has(i) ? line : line.slice(common))).join('\n');
}
