declare const type: unique symbol;

/**
 * A typed list that one plugin owns and to which any plugin may contribute items: routes, commands, listeners. Created
 * by {@link contributionPoint}.
 */
export interface ContributionPoint<T> {
  /** Distinguishes contribution points from other values. */
  readonly kind: 'contribution-point';
  /** `plugin.things`. The part before the dot is the plugin that owns the point. */
  readonly name: string;
  /** Computes the key that must be unique among the items. `null` if items are not compared. */
  readonly key: ((item: T) => string) | null;
  /** Never set. It carries the type `T`, which must match exactly, since items are both added and read. */
  readonly [type]?: (item: T) => T;
}

/** Options of {@link contributionPoint}. */
export interface ContributionPointOptions<T> {
  /**
   * Computes an item's key. Two items with the same key are rejected with CONTRIBUTION_COLLISION, which names the
   * plugins of both. Default: items are not compared.
   */
  readonly key?: (item: T) => string;
}

/**
 * Creates a contribution point. `name` is `plugin.things`. As with tokens, two points with the same name are the same
 * point, and a point is private unless the main module of its plugin exports it. Contributions to a point of an
 * inactive plugin are never created. Using a point with an invalid name throws TOKEN_INVALID.
 *
 * @example
 * export const Routes = contributionPoint<Route>('http.routes', { key: (route) => route.path });
 *
 * // In another plugin:
 * contribute(Routes, { path: '/likes', handler: showLikes });
 *
 * // In the plugin that owns the point:
 * for (const { plugin, item } of get.all(Routes)) server.route(item);
 */
export function contributionPoint<T>(
  name: string,
  options: ContributionPointOptions<NoInfer<T>> = {},
): ContributionPoint<T> {
  return Object.freeze({ kind: 'contribution-point', name, key: options.key ?? null });
}

/**
 * Whether `value` has the shape of a {@link ContributionPoint}. Points created by another copy of this package have it
 * too.
 */
export function isContributionPoint(value: unknown): value is ContributionPoint<unknown> {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'contribution-point')
    return false;
  return 'name' in value && typeof value.name === 'string' && 'key' in value;
}
