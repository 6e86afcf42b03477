import { readFileSync } from 'node:fs';

/** Finds the SQL of revisions in their files. */
export interface SourceLines {
  /**
   * Returns the line number in `file` (counted from 1) at which line `line` of `sql` is found; `null` if the file does
   * not contain `sql` verbatim.
   */
  readonly of: (file: string, sql: string, line: number) => number | null;
}

/** Opens a {@link SourceLines} that reads each file once. A file that cannot be read has no lines. */
export function openSourceLines(): SourceLines {
  const files = new Map<string, string>();
  const textOf = (file: string): string => {
    const known = files.get(file);
    if (known !== undefined) return known;
    const text = readSource(file);
    files.set(file, text);
    return text;
  };
  return {
    of(file, sql, line) {
      // The `sql` tag removes the backslash from exactly these two escapes.
      const written = sql.replaceAll('`', '\\`').replaceAll('${', '\\${');
      const source = textOf(file);
      const at = source.indexOf(`\`${written}\``);
      return at < 0 ? null : source.slice(0, at).split('\n').length + line - 1;
    },
  };
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return '';
  }
}
