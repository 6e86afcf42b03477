declare const type: unique symbol;

/** Where plugins give things of one type to the plugin that owns the point: routes, commands, listeners. */
export interface ContributionPoint<T> {
  readonly kind: 'contribution-point';
  /** `plugin.things`: it says whose point it is. */
  readonly name: string;
  /** What must be unique among the items; `null` where anything goes. */
  readonly key: ((item: T) => string) | null;
  /** Never there: it carries `T`, which must match exactly, since a point is both written to and read from. */
  readonly [type]?: (item: T) => T;
}

/** How to tell items apart. */
export interface ContributionPointOptions<T> {
  /** Two items with the same key are refused, naming both owners. Default: items are not compared. */
  readonly key?: (item: T) => string;
}

/**
 * Makes a contribution point. Like tokens, points are the same by name and private unless exported; what is contributed
 * to the point of a plugin that is not active is never made.
 */
export function contributionPoint<T>(
  name: string,
  options: ContributionPointOptions<NoInfer<T>> = {},
): ContributionPoint<T> {
  return Object.freeze({ kind: 'contribution-point', name, key: options.key ?? null });
}

/** Whether `value` is what {@link contributionPoint} makes, by shape. */
export function isContributionPoint(value: unknown): value is ContributionPoint<unknown> {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'contribution-point')
    return false;
  return 'name' in value && typeof value.name === 'string' && 'key' in value;
}
