/**
 * Returns the candidate to suggest after "did you mean". This is the one that differs from `name` by the fewest
 * single-letter edits, where swapping two neighbors counts as one edit and letter case is ignored. Returns `null` if
 * every candidate needs more than one edit for every three letters. If several candidates are equally close, the first
 * by code units is returned, so the result does not depend on the order of `candidates`.
 *
 * @example
 * nearestName('lieks', ['likes', 'comments']); // 'likes'
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestEdits = Math.max(1, Math.floor(wanted.length / 3));
  if (bestEdits >= wanted.length) return null;
  for (const candidate of candidates) {
    // The difference in length is a lower bound on the number of edits. This keeps thousands of candidates cheap.
    if (Math.abs(candidate.length - wanted.length) > bestEdits) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits > bestEdits || (edits === bestEdits && best !== null && best <= candidate)) continue;
    best = candidate;
    bestEdits = edits;
  }
  return best;
}

/** Counts the edits between two words: insert, delete, replace, swap neighbors ("optimal string alignment"). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, at(beforeLast, j - 2) + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** Returns a cell of the matrix. It always exists, but the type system cannot know that. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
