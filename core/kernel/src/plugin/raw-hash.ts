import { hash } from 'node:crypto';
import type { Revision } from './revision.ts';

/** What of a revision is history once it has run. Its `down` is not: it has not run, and may be mended. */
export type Hashed = Pick<Revision, 'id' | 'revises' | 'dependsOn' | 'transaction'> & {
  readonly up: { readonly kind: 'sql'; readonly text: string } | { readonly kind: 'code'; readonly version: number };
};

/** `r1:` and the hash of exactly what the author wrote; of code its `version`. */
export function rawHash(revision: Hashed): string {
  const { up } = revision;
  return `r1:${digest(revision, up.kind === 'sql' ? up.text : up.version)}`;
}

/** 32 hex digits over a revision's identity and edges and over `up`, whatever stands for it. */
export function digest(revision: Omit<Hashed, 'up'>, up: unknown): string {
  const { id, revises, dependsOn, transaction } = revision;
  // An array, so that the order of keys cannot matter.
  return hash('sha256', JSON.stringify([id, sorted(revises), sorted(dependsOn), transaction, up])).slice(0, 32);
}

/** Few revisions have two of either, and each is hashed at every boot. */
function sorted(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : ids.toSorted();
}
