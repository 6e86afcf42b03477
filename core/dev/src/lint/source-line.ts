import { readFileSync } from 'node:fs';

/** Where the texts of revisions are in their files. */
export interface SourceLines {
  /** The line in `file`, from 1, of line `line` of `sql`; `null` where the text is not there as it is. */
  readonly of: (file: string, sql: string, line: number) => number | null;
}

/** Looks into each file once. A file that cannot be read has no lines. */
export function openSourceLines(): SourceLines {
  const files = new Map<string, string>();
  const textOf = (file: string): string => {
    const known = files.get(file);
    if (known !== undefined) return known;
    const text = readText(file);
    files.set(file, text);
    return text;
  };
  return {
    of(file, sql, line) {
      // As `sql` reads a template: two things need a backslash.
      const written = sql.replaceAll('`', '\\`').replaceAll('${', '\\${');
      const source = textOf(file);
      const at = source.indexOf(`\`${written}\``);
      return at < 0 ? null : source.slice(0, at).split('\n').length + line - 1;
    },
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return '';
  }
}
