/**
 * The candidate that `name` is most likely a slip of: fewest single-letter edits (a swap of two neighbours counts as
 * one), letter case ignored, at most one edit for every three letters. `null` where nothing is that close. Ties go to
 * the first by code units, so the answer does not depend on the order of `candidates`.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestEdits = Math.max(1, Math.floor(wanted.length / 3));
  if (bestEdits >= wanted.length) return null;
  for (const candidate of candidates) {
    // The length alone already costs that many edits; this keeps thousands of candidates cheap.
    if (Math.abs(candidate.length - wanted.length) > bestEdits) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits > bestEdits || (edits === bestEdits && best !== null && best <= candidate)) continue;
    best = candidate;
    bestEdits = edits;
  }
  return best;
}

/** Edits between two words: insert, delete, replace, swap neighbours ("optimal string alignment"). Needs three rows. */
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

/** A cell that is always there; the type system cannot know. */
function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
