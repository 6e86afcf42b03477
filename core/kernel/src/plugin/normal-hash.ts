import { digest, rawHash, type Hashed } from './raw-hash.ts';

/**
 * `n1:` and the hash of a SQL revision's tokens, so that comments, white space and the case of keywords do not count;
 * code has no tokens, and its raw hash is its normal one.
 */
export async function normalHash(revision: Hashed): Promise<string> {
  const { up } = revision;
  return up.kind === 'code' ? rawHash(revision) : `n1:${digest(revision, await tokensOf(up.text))}`;
}

/** Whether two pieces of SQL are the same tokens. */
export async function sameTokens(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [left, right] = [await tokensOf(a), await tokensOf(b)];
  return left.length === right.length && left.every((token, i) => token === right[i]);
}

interface Token {
  readonly text: string;
  readonly tokenName: string;
  readonly keywordKind: number;
}

/**
 * The tokens of PostgreSQL's own scanner, without comments and without semicolons at the end; keywords and unquoted
 * names in lower case, as the server reads them. What the scanner refuses is one token: then any difference counts.
 */
async function tokensOf(sql: string): Promise<readonly string[]> {
  // The scanner refuses an empty text, and reads no further than a zero byte.
  if (sql === '') return [];
  if (sql.includes('\0')) return [sql];
  const { loadModule, scanSync } = await import('libpg-query');
  await loadModule();
  let tokens: readonly Token[];
  try {
    ({ tokens } = scanSync(sql));
  } catch {
    return [sql];
  }
  const kept = tokens.filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT');
  const last = kept.findLastIndex(({ text }) => text !== ';');
  return kept.slice(0, last + 1).map(folded);
}

/** Only ASCII: what the server does to other letters depends on its locale. */
function folded({ text, tokenName, keywordKind }: Token): string {
  const unquoted = keywordKind !== 0 || (tokenName === 'IDENT' && !text.startsWith('"'));
  return unquoted ? text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
}
