/** A word of SQL, as PostgreSQL's scanner takes it. */
export interface SqlToken {
  /** As written. */
  readonly text: string;
  /** The scanner's own name: `IDENT`, `ICONST`. */
  readonly kind: string;
  /** Its line in the whole text, from 1. */
  readonly line: number;
}

/** The words of SQL that can be parsed, comments included. */
export async function scanSql(sql: string): Promise<readonly SqlToken[]> {
  // The scanner refuses an empty text.
  if (sql === '') return [];
  const { loadModule, scanSync } = await import('libpg-query');
  await loadModule();
  const bytes = Buffer.from(sql);
  let [at, line] = [0, 1];
  return scanSync(sql).tokens.map(({ start, text, tokenName: kind }) => {
    for (; at < start; at += 1) if (bytes[at] === 10) line += 1;
    return { text, kind, line };
  });
}

/** A name as the server reads it, before it cuts it: without quotes, in lower case unless it had them. */
export function nameIn({ text, kind }: SqlToken): string | null {
  if (kind !== 'IDENT') return null;
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}
