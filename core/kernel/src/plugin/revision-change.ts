import { sameTokens } from './revision-hash.ts';
import type { Revision } from './revision.ts';

/** The parts of an applied revision that the ledger stores. `up` is `null` if it was code. */
export type AppliedText = Pick<Revision, 'revises' | 'dependsOn'> & { readonly up: string | null };

/**
 * Describes how an applied revision differs from the one that its plugin ships now. Returns `null` if they differ at
 * most in line endings, comments, white space or the case of keywords. The ledger stores the text that ran, so both
 * texts are read by the same scanner.
 */
export async function describeRevisionChange(shipped: Revision, applied: AppliedText): Promise<string | null> {
  if (!sameList(shipped.revises, applied.revises)) {
    return `it revised ${namesOf(applied.revises)} when it ran, and revises ${namesOf(shipped.revises)} now`;
  }
  if (!sameList(shipped.dependsOn, applied.dependsOn)) {
    return `it depended on ${namesOf(applied.dependsOn)} when it ran, and depends on ${namesOf(shipped.dependsOn)} now`;
  }
  if (shipped.up.kind === 'code') {
    return applied.up === null ? `its version is ${shipped.up.version} now` : 'it was SQL when it ran, and is code now';
  }
  if (applied.up === null) return 'it was code when it ran, and is SQL now';
  return (await sameTokens(applied.up, shipped.up.text))
    ? null
    : `its SQL differs from the SQL that ran${firstDifference(applied.up, shipped.up.text)}`;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join(' ') === b.toSorted().join(' ');
}

function namesOf(ids: readonly string[]): string {
  return ids.length === 0 ? 'nothing' : ids.join(', ');
}

/** Quotes the first line in which two texts differ, ignoring white space around it. */
function firstDifference(applied: string, shipped: string): string {
  const [before, after] = [applied, shipped].map((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  const at = before?.findIndex((line, i) => line !== after?.[i]) ?? -1;
  if (at < 0) return '';
  const quote = (lines: readonly string[] | undefined): string =>
    lines?.[at] === undefined ? 'nothing' : `"${lines[at].slice(0, 120)}"`;
  return `: ${quote(before)} ran, but it is ${quote(after)} now`;
}
