import { html, type Html } from '@headwater/plugin-http';

/** A piece of SQL. Consecutive pieces make up the whole text. */
export interface SqlPiece {
  readonly text: string;
  readonly kind: 'keyword' | 'string' | 'number' | 'comment' | 'name' | 'other';
}

/** Splits SQL with PostgreSQL's own scanner. A text that it does not accept is a single piece. */
export async function splitSql(sql: string): Promise<readonly SqlPiece[]> {
  const { loadModule, scanSync } = await import('libpg-query');
  await loadModule();
  const bytes = Buffer.from(sql);
  const pieces: SqlPiece[] = [];
  // Its positions count bytes.
  let at = 0;
  const takeUpTo = (end: number, kind: SqlPiece['kind']): void => {
    if (end > at) pieces.push({ text: bytes.toString('utf8', at, end), kind });
    at = Math.max(at, end);
  };
  try {
    for (const { start, end, tokenName, keywordName } of sql.trim() === '' ? [] : scanSync(sql).tokens) {
      takeUpTo(start, 'other');
      takeUpTo(end, kindOf(tokenName, keywordName));
    }
  } catch {
    return [{ text: sql, kind: 'other' }];
  }
  takeUpTo(bytes.length, 'other');
  return pieces;
}

function kindOf(token: string, keyword: string): SqlPiece['kind'] {
  if (token.endsWith('COMMENT')) return 'comment';
  if (keyword !== 'NO_KEYWORD') return 'keyword';
  if (token === 'SCONST' || token === 'USCONST' || token === 'BCONST' || token === 'XCONST') return 'string';
  if (token === 'ICONST' || token === 'FCONST') return 'number';
  return token === 'IDENT' || token === 'UIDENT' ? 'name' : 'other';
}

/** Removes the empty lines around a text and the indentation that all of its lines share. */
export function dedent(text: string): string {
  const lines = text.replace(/^(?:[ \t]*\n)+|\s+$/g, '').split('\n');
  const indents = lines.flatMap((line) => (line.trim() === '' ? [] : [line.search(/\S/)]));
  const shared = Math.min(...indents);
  return lines.map((line) => line.slice(shared)).join('\n');
}

/** Shows SQL with colors. */
export function sqlText(label: string, pieces: readonly SqlPiece[]): Html {
  return html`<pre class="sql" role="region" aria-label=${label} tabindex="0"><code>${pieces.map(({ text, kind }) =>
    kind === 'other' || kind === 'name' ? text : html`<span class=${kind}>${text}</span>`,
  )}</code></pre>`;
}
