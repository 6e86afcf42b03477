/** The functions that {@link compareMaps} calls, each for one of the values. */
export interface MapComparison<T> {
  /** For a value whose key is only in the first map. */
  readonly removed: (before: T) => unknown;
  /** For a value whose key is only in the second map. */
  readonly added: (after: T) => unknown;
  /** For the two values of a key that is in both maps. */
  readonly kept: (before: T, after: T) => unknown;
}

/** Compares two maps by key: first the keys of the first map, then those that only the second map has. */
export function compareMaps<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  { removed, added, kept }: MapComparison<T>,
): void {
  for (const [key, old] of before) {
    const now = after.get(key);
    if (now === undefined) removed(old);
    else kept(old, now);
  }
  for (const [key, now] of after) if (!before.has(key)) added(now);
}
