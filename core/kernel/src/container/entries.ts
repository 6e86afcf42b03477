import type { MakeContext } from '../contract/bind.ts';
import type { MakingStep } from '../error/codes/container.ts';

/** A token's one binding. */
export interface Binding extends MakingStep {
  readonly what: 'token';
  /** As Inversify calls it. */
  readonly type: 'class' | 'constant' | 'dynamic';
  readonly scope: 'singleton' | 'transient';
}

/** An item given to a contribution point. */
export interface ContributionEntry extends MakingStep {
  readonly what: 'contribution';
  /** What Inversify knows it by. */
  readonly id: symbol;
  /** Where the item was there at bind and its point has a key. */
  readonly key: string | null;
}

/** What can be made. */
export type Entry = Binding | ContributionEntry;

/** One plugin's wrapping of a token's value. */
export interface Decoration {
  readonly name: string;
  readonly plugin: string;
  readonly wrap: (inner: unknown, context: MakeContext) => unknown;
}

/** All that one plugin registered. */
export interface PluginEntries {
  readonly bindings: readonly Binding[];
  readonly contributions: readonly ContributionEntry[];
  readonly decorations: readonly Decoration[];
}

/** What the plugins loaded so far registered, by name; lists are in plugin order. */
export interface Entries {
  readonly bindings: Map<string, Binding>;
  readonly contributions: Map<string, ContributionEntry[]>;
  readonly decorations: Map<string, Decoration[]>;
}

/** Nothing yet. */
export function noEntries(): Entries {
  return { bindings: new Map(), contributions: new Map(), decorations: new Map() };
}

/** Adds what the next plugin registered, once all of it is known to be in order. */
export function addEntries(entries: Entries, more: PluginEntries): void {
  for (const binding of more.bindings) entries.bindings.set(binding.name, binding);
  for (const entry of more.contributions) append(entries.contributions, entry);
  for (const decoration of more.decorations) append(entries.decorations, decoration);
}

function append<V extends { readonly name: string }>(lists: Map<string, V[]>, value: V): void {
  const list = lists.get(value.name);
  if (list === undefined) lists.set(value.name, [value]);
  else list.push(value);
}
