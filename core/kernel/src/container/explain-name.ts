import { ownerOf } from './container-plugin.ts';
import type { Binding } from './entries.ts';
import { stateOf, type Shelf } from './registry.ts';

/** All that is known of a token or a contribution point, for `kernel why`. */
export interface NameExplanation {
  readonly name: string;
  /** The plugin that owns it, going by its name. */
  readonly owner: string;
  /** Of the owner: `disabled` is listed in the config with `"$enabled": false`. */
  readonly state: 'active' | 'disabled' | 'absent';
  /** Whether its owner exports it; `null` where that is not known. */
  readonly exported: boolean | null;
  /** What is bound to it; `null` for a point, and for a token without a binding. */
  readonly binding: Pick<Binding, 'type' | 'scope'> | null;
  /** The plugins that wrap it, innermost first. */
  readonly decoratedBy: readonly string[];
  /** Who contributed to it. A key that is only known once the item is made is `null`. */
  readonly contributions: readonly { readonly plugin: string; readonly key: string | null }[];
}

/** Says who owns, binds, decorates and contributes to a name; `null` where no active plugin does anything with it. */
export function explainName(shelf: Shelf, name: string): NameExplanation | null {
  if (!namesOn(shelf).includes(name)) return null;
  const { bindings, decorations, contributions } = shelf.entries;
  const owner = ownerOf(name);
  const binding = bindings.get(name);
  return Object.freeze({
    name,
    owner,
    state: stateOf(shelf, owner),
    exported: shelf.offers.get(owner)?.has(name) ?? null,
    binding: binding === undefined ? null : { type: binding.type, scope: binding.scope },
    decoratedBy: (decorations.get(name) ?? []).map(({ plugin }) => plugin),
    contributions: (contributions.get(name) ?? []).map(({ plugin, key }) => ({ plugin, key })),
  });
}

/** Every token and contribution point that an active plugin offers or does something with, sorted. */
export function namesOn({ entries, offers }: Shelf): readonly string[] {
  const offered = [...offers.values()].flatMap((names) => (names === null ? [] : [...names]));
  const { bindings, decorations, contributions } = entries;
  return [...new Set([...offered, ...bindings.keys(), ...decorations.keys(), ...contributions.keys()])].toSorted();
}
