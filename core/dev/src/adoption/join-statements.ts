import { countStatements, verbatimRanges } from '@headwater/kernel/internal/plugins';

/** Joins the statements of a migration into one text. Each ends with a semicolon and keeps only its own indentation. */
export function joinStatements(statements: readonly string[]): string {
  return statements.map((statement) => withSemicolon(withoutIndentation(statement))).join('\n');
}

function withSemicolon(statement: string): string {
  const text = statement.trimEnd();
  // If appended SQL counts as a second statement, the first one has ended.
  if (countStatements(`${text}\nselect 1`) > countStatements(text)) return text;
  // After a trailing comment the semicolon needs its own line.
  return countStatements(`${text};select 1`) > countStatements(text) ? `${text};` : `${text}\n;`;
}

/**
 * Removes the indentation of the source file. In a text that begins in the middle of a source line, as in
 * addSql(\`create table …, all other lines have that indentation. They are shifted left together if the last line
 * closes a bracket or quotation that the first line opens.
 */
function withoutIndentation(statement: string): string {
  const lines = statement.split('\n');
  const last = lines.findLast((line) => line.trim() !== '') ?? '';
  if (lines.length < 2 || (lines[0] ?? '').trim() === '' || !/^\s*[)$]/.test(last)) return statement;
  const verbatim = new Set(
    verbatimRanges(statement).flatMap(({ start, end }) => {
      const first = statement.slice(0, start).split('\n').length;
      return Array.from(statement.slice(start, end).matchAll(/\n/g), (_, i) => first + i);
    }),
  );
  const free = lines.filter((line, i) => i > 0 && !verbatim.has(i) && line.trim() !== '');
  const common = Math.min(...free.map((line) => line.search(/\S/)));
  return lines.map((line, i) => (i === 0 || verbatim.has(i) ? line : line.slice(common))).join('\n');
}
