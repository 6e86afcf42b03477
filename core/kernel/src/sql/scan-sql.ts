/** A token of PostgreSQL's scanner. */
export interface SqlToken {
  /** As written. */
  readonly text: string;
  /** The scanner's own name for its kind: `IDENT`, `ICONST`. */
  readonly kind: string;
  /** The line on which it starts, counting from 1. */
  readonly line: number;
}

/** Returns the tokens of SQL, including comments. The SQL must be valid. */
export async function scanSql(sql: string): Promise<readonly SqlToken[]> {
  // The scanner rejects empty text.
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

/**
 * Returns the identifier in a token as the server reads it, before truncation: in lower case, or as quoted. `null` if
 * the token is not an identifier.
 */
export function identifierIn({ text, kind }: SqlToken): string | null {
  if (kind !== 'IDENT') return null;
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}
