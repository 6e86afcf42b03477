/** The callbacks of {@link compareMaps}. */
export interface MapComparison<T> {
  /** Called for each key that only the first map has. */
  readonly removed: (before: T) => unknown;
  /** Called for each key that only the second map has. */
  readonly added: (after: T) => unknown;
  /** Called for each key that both maps have, with both values. */
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
