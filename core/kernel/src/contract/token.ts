declare const type: unique symbol;

/**
 * The name of a service, and its type: what a plugin binds a value to and others ask for. A token is no class: whoever
 * uses a service knows its interface, and the class behind it stays replaceable.
 */
export interface Token<T> {
  readonly kind: 'token';
  /** `plugin` or `plugin.thing`. It says whose token it is: only that plugin may bind it. */
  readonly name: string;
  /** What Inversify knows it by, for decorated classes: `@inject(Likes.id)`. */
  readonly id: symbol;
  /** Never there: it carries `T`, which must match exactly, since a token is both written to and read from. */
  readonly [type]?: (value: T) => T;
}

/**
 * Makes a token. Two tokens of one name are the same token, so one of an optional plugin, whose package may be absent,
 * is made where it is used, with `import type` for `T`. Private unless the plugin's module exports it. Its name is
 * checked where it is bound or asked for, since the plugin is known there.
 */
export function token<T>(name: string): Token<T> {
  return Object.freeze({ kind: 'token', name, id: Symbol.for(idPrefix + name) });
}

/** Begins the description of a token's id, and nobody else's symbols. */
export const idPrefix = 'headwater.token:';

/** Whether `value` is what {@link token} makes (by shape, so that a second copy of this package does not matter). */
export function isToken(value: unknown): value is Token<unknown> {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'token') return false;
  return 'name' in value && typeof value.name === 'string' && 'id' in value && typeof value.id === 'symbol';
}
