/** What to do with what is in one of two maps, or in both. */
export interface Sides<T> {
  readonly gone: (before: T) => unknown;
  readonly come: (after: T) => unknown;
  readonly both: (before: T, after: T) => unknown;
}

/** Goes through two maps side by side: first what was there, in its order, then what has come. */
export function each<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>, sides: Sides<T>): void {
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now === undefined) sides.gone(old);
    else sides.both(old, now);
  }
  for (const [name, now] of after) if (!before.has(name)) sides.come(now);
}
