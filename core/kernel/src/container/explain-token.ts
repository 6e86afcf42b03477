import type { PluginState } from '../error/codes/container.ts';
import { tokenOwner } from './container-plugin.ts';
import { pluginState, type Registry, type TokenBinding } from './registry.ts';

/** Everything known about a token or a contribution point, for `kernel why`. */
export interface TokenExplanation {
  readonly name: string;
  /** The name of the plugin that owns it. */
  readonly owner: string;
  /** The state of the owner. */
  readonly state: PluginState;
  /** Whether its owner exports it; `null` if unknown. */
  readonly exported: boolean | null;
  /** Its binding; `null` for a contribution point and for an unbound token. */
  readonly binding: Pick<TokenBinding, 'type' | 'scope'> | null;
  /** The plugins that decorate it, innermost first. */
  readonly decoratedBy: readonly string[];
  /** The contributions to it. `key` is `null` if it is known only after the item is created. */
  readonly contributions: readonly { readonly plugin: string; readonly key: string | null }[];
}

/** Explains which plugins own, bind, decorate or contribute to a name. Returns `null` if no active plugin uses it. */
export function explainToken(registry: Registry, name: string): TokenExplanation | null {
  if (!knownNames(registry).includes(name)) return null;
  const { bindings, decorations, contributions } = registry;
  const owner = tokenOwner(name);
  const binding = bindings.get(name);
  return Object.freeze({
    name,
    owner,
    state: pluginState(registry, owner),
    exported: registry.exported.get(owner)?.has(name) ?? null,
    binding: binding === undefined ? null : { type: binding.type, scope: binding.scope },
    decoratedBy: (decorations.get(name) ?? []).map(({ plugin }) => plugin),
    contributions: (contributions.get(name) ?? []).map(({ plugin, key }) => ({ plugin, key })),
  });
}

/** Returns every token and contribution point that an active plugin exports or uses, sorted. */
export function knownNames({ exported, bindings, decorations, contributions }: Registry): readonly string[] {
  const visible = [...exported.values()].flatMap((names) => (names === null ? [] : [...names]));
  return [...new Set([...visible, ...bindings.keys(), ...decorations.keys(), ...contributions.keys()])].toSorted();
}
