import { tokenOwner } from './container-plugin.ts';
import { pluginState, type Registry } from './registry.ts';
import type { TokenExplanation } from './token-explanation.ts';

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
