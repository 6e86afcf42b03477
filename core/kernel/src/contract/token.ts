declare const type: unique symbol;

/**
 * The name of a service together with its type. One plugin binds a value to it, and others resolve it. Users of a
 * service depend on its interface rather than on a class, so the implementation can be replaced. Created by
 * {@link token}.
 */
export interface Token<T> {
  /** Distinguishes tokens from other values. */
  readonly kind: 'token';
  /** `plugin` or `plugin.thing`. The part before the dot is the plugin that owns the token and may bind it. */
  readonly name: string;
  /** The identifier for Inversify, for decorated classes: `@inject(Likes.id)`. */
  readonly id: symbol;
  /** Never set. It carries the type `T`, which must match exactly since a token is both bound and resolved. */
  readonly [type]?: (value: T) => T;
}

/**
 * Creates a token. `name` is `plugin` or `plugin.thing`. Two tokens with the same name are the same token, even across
 * copies of this package. To use an optional plugin whose package may not be installed, create its token by name and
 * take `T` from an `import type`.
 *
 * A token is private unless the main module of its plugin exports it. Binding or resolving a token with an invalid name
 * throws TOKEN_INVALID.
 *
 * @example
 * export interface Likes {
 *   readonly countOf: (object: number) => Promise<number>;
 * }
 * export const Likes = token<Likes>('likes');
 *
 * // In another plugin that requires "likes":
 * const count = await get(Likes).countOf(1);
 */
export function token<T>(name: string): Token<T> {
  return Object.freeze({ kind: 'token', name, id: Symbol.for(idPrefix + name) });
}

/** The prefix of the description of every token's `id`. It distinguishes our symbols from others. */
export const idPrefix = 'headwater.token:';

/** Whether `value` has the shape of a {@link Token}. Tokens created by another copy of this package have it too. */
export function isToken(value: unknown): value is Token<unknown> {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'token') return false;
  return 'name' in value && typeof value.name === 'string' && 'id' in value && typeof value.id === 'symbol';
}
