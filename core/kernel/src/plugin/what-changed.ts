import type { Revision } from './revision.ts';
import { sameTokens } from './normal-hash.ts';

/** What the ledger holds of a revision that was applied. */
export interface AppliedText extends Pick<Revision, 'revises' | 'dependsOn'> {
  /** `null` where it was code. */
  readonly up: string | null;
}

/**
 * Says in what an applied revision differs from the one shipped now, or `null` where only line endings, comments, white
 * space or the case of keywords do. The text that ran is in the ledger, so both sides are read by the same scanner.
 */
export async function whatChanged(shipped: Revision, ran: AppliedText): Promise<string | null> {
  if (!sameList(shipped.revises, ran.revises)) {
    return `it revised ${namesOf(ran.revises)} when it ran, and revises ${namesOf(shipped.revises)} now`;
  }
  if (!sameList(shipped.dependsOn, ran.dependsOn)) {
    return `it depended on ${namesOf(ran.dependsOn)} when it ran, and depends on ${namesOf(shipped.dependsOn)} now`;
  }
  if (shipped.up.kind === 'code') {
    return ran.up === null ? `its version is ${shipped.up.version} now` : 'it was SQL when it ran, and is code now';
  }
  if (ran.up === null) return 'it was code when it ran, and is SQL now';
  return (await sameTokens(ran.up, shipped.up.text))
    ? null
    : `its SQL is not what was run${firstDifference(ran.up, shipped.up.text)}`;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join(' ') === b.toSorted().join(' ');
}

function namesOf(ids: readonly string[]): string {
  return ids.length === 0 ? 'nothing' : ids.join(', ');
}

/** The first line, white space aside, in which two texts differ. */
function firstDifference(ran: string, now: string): string {
  const [before, after] = [ran, now].map((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  const at = before?.findIndex((line, i) => line !== after?.[i]) ?? -1;
  if (at < 0) return '';
  const quote = (lines: readonly string[] | undefined): string =>
    lines?.[at] === undefined ? 'nothing' : `«${lines[at].slice(0, 120)}»`;
  return `: ${quote(before)} ran, where it says ${quote(after)} now`;
}
