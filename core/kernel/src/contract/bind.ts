import type { ContributionPoint } from './contribution-point.ts';
import type { Token } from './token.ts';

/**
 * Resolves the services and contributions of the active plugins. Each plugin gets its own `get`, which also resolves
 * that plugin's private tokens. It may be stored and called later.
 *
 * @example
 * const likes = get(Likes); // throws if "likes" is not active
 * const maybe = get.optional(Likes); // undefined if "likes" is not active
 * for (const { plugin, item } of get.all(Routes)) mount(plugin, item);
 */
export interface Get {
  /**
   * Returns the value that is bound to a token, creating it on the first call. Throws TOKEN_UNBOUND if nothing is
   * bound, TOKEN_PRIVATE if another plugin owns the token and does not export it, TOKEN_CYCLE, and TOKEN_FAILED or
   * TOKEN_ASYNC if the value cannot be created.
   */
  <T>(token: Token<T>): T;
  /**
   * Returns the value that is bound to a token, or `undefined` if nothing is bound to it. Use it for tokens of plugins
   * that may not be active. Throws like `get` in all other cases.
   */
  readonly optional: <T>(token: Token<T>) => T | undefined;
  /**
   * Returns the contributions to a point: in plugin order, then in the order of each plugin's `contribute` calls.
   * Throws TOKEN_PRIVATE if another plugin owns the point and does not export it, CONTRIBUTION_FAILED for the first
   * contribution that cannot be created, and CONTRIBUTION_COLLISION for two with the same key.
   */
  readonly all: <T>(point: ContributionPoint<T>) => readonly Contribution<T>[];
}

/** An item that a plugin contributed to a contribution point. */
export interface Contribution<T> {
  /** The name of the plugin that contributed the item. */
  readonly plugin: string;
  /** The item's key, computed by the `key` function of the point. `null` if the point has none. */
  readonly key: string | null;
  /** The contributed item. */
  readonly item: T;
}

/** The argument of a function that creates a value. */
export interface MakeContext {
  /** Resolves other values, as the plugin that the function belongs to. */
  readonly get: Get;
}

/**
 * Creates a value synchronously. A promise is rejected with TOKEN_ASYNC: slow work belongs in `start`, which has a time
 * limit and a defined order.
 */
export type Make<T> = (context: MakeContext) => T;

/**
 * Binds a token to a class, a constant or a factory. The names are Inversify's.
 *
 * @example
 * bind(Limit).toConstantValue(30);
 * bind(Likes).toDynamicValue(({ get }) => likesIn(get(Database), get(Limit)));
 * bind(Clock).to(SystemClock).inTransientScope();
 */
export interface BindTo<T> {
  /**
   * Binds to an instance of a class. The constructor has no parameters, or the class is decorated with `@injectable()`
   * and each parameter with `@inject(SomeToken.id)`.
   */
  readonly to: (constructor: new (...args: never[]) => T) => BindIn;
  /** Binds to a value that already exists. */
  readonly toConstantValue: (value: T) => void;
  /** Binds to the result of a function, which may resolve other tokens. */
  readonly toDynamicValue: (make: Make<T>) => BindIn;
}

/** Chooses how often a bound value is created. Default: once. */
export interface BindIn {
  /** Creates the value once and shares it. This is the default. */
  readonly inSingletonScope: () => void;
  /** Creates a new value each time the token is resolved. */
  readonly inTransientScope: () => void;
}

/**
 * An item, or a function that creates it. Any function is called to create the item. To contribute a function as the
 * item, wrap it in another function that returns it.
 */
export type ContributionOf<T> = [T] extends [(...args: never[]) => unknown] ? Make<T> : T | Make<T>;

/**
 * The argument of a plugin's `bind`. Its methods only register; a value is created when `get` first resolves it. The
 * methods throw PLUGIN_BIND_FAILED once `bind` has returned.
 *
 * @example
 * definePlugin({
 *   name: 'likes',
 *   bind({ bind, contribute, decorate, config }) {
 *     bind(Likes).toDynamicValue(({ get }) => likesIn(get(Database), config));
 *     contribute(Routes, { path: '/likes', handler: showLikes });
 *     decorate(Objects, (inner) => withLikeCounts(inner));
 *   },
 * });
 */
export interface BindContext<Options = unknown> {
  /**
   * Binds one of the plugin's own tokens. Throws TOKEN_OWNED_TWICE if the token belongs to another plugin or is already
   * bound, and TOKEN_INVALID for anything that is not a token.
   */
  readonly bind: <T>(token: Token<T>) => BindTo<T>;
  /**
   * Contributes an item to a contribution point of any plugin. If the point has a key, pass the item itself rather than
   * a function, because two items with the same key are then rejected before a database connection is opened. Throws
   * CONTRIBUTION_COLLISION, TOKEN_PRIVATE and TOKEN_INVALID.
   */
  readonly contribute: <T>(point: ContributionPoint<T>, item: ContributionOf<T>) => void;
  /**
   * Wraps the value that a plugin binds to a token. Several decorations apply in plugin order, the first one innermost.
   * If the token's plugin is not active, nothing happens. If it is active and does not bind the token, the boot fails
   * with TOKEN_UNBOUND. A token cannot be rebound: its owner stays the same. Throws TOKEN_PRIVATE and TOKEN_INVALID.
   */
  readonly decorate: <T>(token: Token<T>, wrap: (inner: T, context: MakeContext) => T) => void;
  /** The plugin's options, as returned by its `config` schema. An empty object if it has no schema. */
  readonly config: Options;
}
