import type { PluginState } from '../error/codes/container.ts';

/** How a value is created. */
export type BindingType = 'class' | 'constant' | 'dynamic';

/** How often a value is created. */
export type BindingScope = 'singleton' | 'transient';

/** Everything known about a token or a contribution point, for `kernel why`. */
export interface TokenExplanation {
  readonly name: string;
  /** The name of the plugin that owns it. */
  readonly owner: string;
  /** The state of the owner. */
  readonly state: PluginState;
  /** Whether its owner exports it; `null` if unknown. */
  readonly exported: boolean | null;
  /** Its binding, in Inversify's terms; `null` for a contribution point and for an unbound token. */
  readonly binding: { readonly type: BindingType; readonly scope: BindingScope } | null;
  /** The plugins that decorate it, innermost first. */
  readonly decoratedBy: readonly string[];
  /** The contributions to it. `key` is `null` if it is known only after the item is created. */
  readonly contributions: readonly { readonly plugin: string; readonly key: string | null }[];
}
