// Importing Inversify also loads reflect-metadata. A decorated class imports Inversify itself, so reflect-metadata is
// always loaded before the first class is decorated.
import { Container } from 'inversify';
import type { MakeContext } from '../contract/bind.ts';
import type { ContainerPhase, PluginState, ResolutionStep } from '../error/codes/container.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import { exportedNames, tokenOwner, type ContainerPlugin } from './container-plugin.ts';
import type { BindingScope, BindingType } from './token-explanation.ts';

/** The one binding of a token. */
export interface TokenBinding extends ResolutionStep {
  readonly what: 'token';
  /** How the value is created, in Inversify's terms. */
  readonly type: BindingType;
  readonly scope: BindingScope;
}

/** An item contributed to a contribution point. */
export interface ContributionBinding extends ResolutionStep {
  readonly what: 'contribution';
  /** The identifier for Inversify. */
  readonly id: symbol;
  /** `null` if the point has no key, or if the item is created by a function. */
  readonly key: string | null;
}

/** Anything that the container can create. */
export type Binding = TokenBinding | ContributionBinding;

/** A function that a plugin registers to wrap the value of a token. */
export interface Decoration {
  readonly name: string;
  readonly plugin: string;
  readonly wrap: (inner: unknown, context: MakeContext) => unknown;
}

/** Everything that one plugin registered. */
export interface PluginBindings {
  readonly bindings: readonly TokenBinding[];
  readonly contributions: readonly ContributionBinding[];
  readonly decorations: readonly Decoration[];
}

/**
 * Everything that plugins have registered so far. Inversify holds the values but does not record who registered them.
 */
export interface Registry {
  /**
   * All plugins share one container. If each plugin had a child container, a singleton of the parent would be created
   * with the bindings of whichever child resolves it first.
   */
  readonly inversify: Container;
  /** By token name. */
  readonly bindings: Map<string, TokenBinding>;
  /** By the name of the point. Lists are in plugin order. */
  readonly contributions: Map<string, ContributionBinding[]>;
  /** By token name. Lists are in plugin order. */
  readonly decorations: Map<string, Decoration[]>;
  /** The names that each active plugin exports; `null` if nothing is private. */
  readonly exported: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Plugins that the config lists with `"$enabled": false`. */
  readonly disabled: ReadonlySet<string>;
}

/** Returns an empty registry. */
export function emptyRegistry(plugins: readonly ContainerPlugin[], disabled: Iterable<string> = []): Registry {
  return {
    inversify: new Container(),
    bindings: new Map(),
    contributions: new Map(),
    decorations: new Map(),
    exported: new Map(plugins.map((plugin) => [plugin.name, exportedNames(plugin)])),
    disabled: new Set(disabled),
  };
}

/** Adds all registrations of a plugin, after all of them have been checked. */
export function addBindings(registry: Registry, added: PluginBindings): void {
  for (const binding of added.bindings) registry.bindings.set(binding.name, binding);
  for (const contribution of added.contributions) appendByName(registry.contributions, contribution);
  for (const decoration of added.decorations) appendByName(registry.decorations, decoration);
}

function appendByName<V extends { readonly name: string }>(lists: Map<string, V[]>, value: V): void {
  const list = lists.get(value.name);
  if (list === undefined) lists.set(value.name, [value]);
  else list.push(value);
}

/** Checks that `plugin` may use a token or point: it owns the name, or the owner exports it. Throws TOKEN_PRIVATE. */
export function assertExported(
  { exported }: Registry,
  name: string,
  plugin: string | null,
  phase: ContainerPhase,
): void {
  const owner = tokenOwner(name);
  const visible = exported.get(owner);
  if (plugin === null || plugin === owner || !visible || visible.has(name)) return;
  throw kernelError('TOKEN_PRIVATE', { name, owner, plugin, phase, nearest: nearestName(name, visible) });
}

/** Returns whether a plugin is active, disabled in the config, or absent from it. */
export function pluginState({ exported, disabled }: Registry, plugin: string): PluginState {
  if (exported.has(plugin)) return 'active';
  return disabled.has(plugin) ? 'disabled' : 'absent';
}
