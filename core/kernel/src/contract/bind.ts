import type { ContributionPoint } from './contribution-point.ts';
import type { Token } from './token.ts';

/** Asks for what plugins bound and contributed. It knows which plugin asks, and may be kept and called later. */
export interface Get {
  /**
   * The value bound to a token, made when it is first asked for. Throws TOKEN_UNBOUND, TOKEN_PRIVATE, TOKEN_CYCLE, and
   * TOKEN_FAILED or TOKEN_ASYNC where it cannot be made.
   */
  <T>(token: Token<T>): T;
  /** The same, or `undefined` where nothing is bound to it: for the tokens of plugins that may not be active. */
  readonly optional: <T>(token: Token<T>) => T | undefined;
  /**
   * What was contributed to a point, in plugin order, then in the order of each plugin's calls. Throws
   * CONTRIBUTION_FAILED for the first that cannot be made and CONTRIBUTION_COLLISION for two with one key.
   */
  readonly all: <T>(point: ContributionPoint<T>) => readonly Contribution<T>[];
}

/** Something that a plugin gave to a contribution point. */
export interface Contribution<T> {
  /** Who gave it. */
  readonly plugin: string;
  /** By the point's `key`; `null` where it has none. */
  readonly key: string | null;
  readonly item: T;
}

/** What makes values gets: a way to ask for others. */
export interface MakeContext {
  readonly get: Get;
}

/** Makes a value, at once: what takes time belongs in `start`, where it has a time limit and an order. */
export type Make<T> = (context: MakeContext) => T;

/** Says what a token is bound to, in Inversify's words. */
export interface BindTo<T> {
  /** A new instance. Its constructor takes nothing, or is decorated: `@injectable()`, and `@inject(token.id)` each. */
  readonly to: (constructor: new (...args: never[]) => T) => BindIn;
  readonly toConstantValue: (value: T) => void;
  readonly toDynamicValue: (make: Make<T>) => BindIn;
}

/** Says how often a value is made. */
export interface BindIn {
  /** Once, for all who ask. The default. */
  readonly inSingletonScope: () => void;
  /** Each time that somebody asks. */
  readonly inTransientScope: () => void;
}

/** An item, or what makes it. An item that is itself a function has to be made. */
export type ContributionOf<T> = [T] extends [(...args: never[]) => unknown] ? Make<T> : T | Make<T>;

/** What `bind` gets. Everything here registers; nothing is made before some `get` asks for it. */
export interface BindContext<Options = unknown> {
  /** Binds one of the plugin's own tokens. Throws TOKEN_OWNED_TWICE. */
  readonly bind: <T>(token: Token<T>) => BindTo<T>;
  /**
   * Gives an item to a contribution point, of whichever plugin. Prefer an item over a function where the point has a
   * key: two with the same key are then refused before a database is opened. Throws CONTRIBUTION_COLLISION.
   */
  readonly contribute: <T>(point: ContributionPoint<T>, item: ContributionOf<T>) => void;
  /**
   * Wraps what another plugin, or this one, binds to a token. Several wrap in plugin order, the first innermost. Where
   * the token's plugin is not active nothing is wrapped; where it is and binds no such token, boot ends in
   * TOKEN_UNBOUND. There is no rebind: who owns a token stays its owner.
   */
  readonly decorate: <T>(token: Token<T>, wrap: (inner: T, context: MakeContext) => T) => void;
  /** The plugin's own options, as its schema gave them. */
  readonly config: Options;
}
