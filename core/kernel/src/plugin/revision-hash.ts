import { hash } from '../runtime/lazy-crypto.ts';
import { handOverLines } from '../sql/hand-over.ts';
import type { Revision } from './revision.ts';

/**
 * The parts of a revision that are history once it has run. `down` is excluded: it has not run and may be corrected.
 */
export type Hashed = Pick<Revision, 'id' | 'revises' | 'dependsOn' | 'transaction'> & {
  readonly up: { readonly kind: 'sql'; readonly text: string } | { readonly kind: 'code'; readonly version: number };
};

/** Returns `r1:` and a hash of exactly the author's text, or of `version` if the revision is code. */
export function rawHash(revision: Hashed): string {
  const { up } = revision;
  return `r1:${digest(revision, up.kind === 'sql' ? up.text : up.version)}`;
}

/**
 * Returns `n1:` and a hash of the SQL's tokens: comments, white space and the case of keywords do not count. Code has no
 * tokens, so its raw hash is also its normal hash.
 */
export async function normalHash(revision: Hashed): Promise<string> {
  const { up } = revision;
  return up.kind === 'code' ? rawHash(revision) : `n1:${digest(revision, await tokensOf(up.text))}`;
}

/** Returns whether two SQL texts have the same tokens. */
export async function sameTokens(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [left, right] = [await tokensOf(a), await tokensOf(b)];
  return left.length === right.length && left.every((token, i) => token === right[i]);
}

/** Hashes a revision's identity, its edges and `up`, which stands for its text. Returns 32 hex digits. */
function digest(revision: Omit<Hashed, 'up'>, up: unknown): string {
  const { id, revises, dependsOn, transaction } = revision;
  // An array, so that the order of keys does not matter.
  return hash('sha256', JSON.stringify([id, sorted(revises), sorted(dependsOn), transaction, up])).slice(0, 32);
}

/** Sorts only if it must: few revisions have more than one edge of a kind, and every boot hashes every revision. */
function sorted(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : ids.toSorted();
}

interface Token {
  readonly text: string;
  readonly tokenName: string;
  readonly keywordKind: number;
}

/**
 * Returns the tokens of PostgreSQL's own scanner, without comments and trailing semicolons; keywords and unquoted names
 * are in lower case, as the server reads them. Lines that hand something over follow. A text that the scanner rejects is treated as one token, so any
 * difference counts.
 */
async function tokensOf(sql: string): Promise<readonly string[]> {
  // The scanner rejects empty text and stops at a zero byte.
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
  // A line that hands something over is a comment to the server only.
  return [...kept.slice(0, last + 1).map(foldCase), ...handOverLines(sql)];
}

/** Folds ASCII letters only: how the server folds others depends on its locale. */
function foldCase({ text, tokenName, keywordKind }: Token): string {
  const unquoted = keywordKind !== 0 || (tokenName === 'IDENT' && !text.startsWith('"'));
  return unquoted ? text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
}
