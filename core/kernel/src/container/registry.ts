// Brings reflect-metadata along, once and before a class is decorated, since whoever decorates imports it as well.
import { Container } from 'inversify';
import type { ContainerPhase } from '../error/codes/container.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { nearest } from '../error/nearest.ts';
import { exportedNames, ownerOf, type ContainerPlugin } from './container-plugin.ts';
import { noEntries, type Entries } from './entries.ts';

/** What all parts of the container share: the values, in Inversify, and who registered what, which it does not keep. */
export interface Shelf {
  /** One for all plugins. A child for each would give a parent's singleton the bindings of the child that asks first. */
  readonly inversify: Container;
  readonly entries: Entries;
  /** By active plugin: what others may name; `null` where that is everything. */
  readonly offers: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Plugins that the config lists and switches off. */
  readonly disabled: ReadonlySet<string>;
}

/** A shelf with nothing on it. */
export function emptyShelf(plugins: readonly ContainerPlugin[], disabled: Iterable<string> = []): Shelf {
  return {
    inversify: new Container(),
    entries: noEntries(),
    offers: new Map(plugins.map((plugin) => [plugin.name, exportedNames(plugin)])),
    disabled: new Set(disabled),
  };
}

/** Refuses to let a plugin use what another one does not export. Throws TOKEN_PRIVATE. */
export function assertOffered({ offers }: Shelf, name: string, plugin: string | null, phase: ContainerPhase): void {
  const owner = ownerOf(name);
  const offered = offers.get(owner);
  if (plugin === null || plugin === owner || !offered || offered.has(name)) return;
  throw kernelError('TOKEN_PRIVATE', { name, owner, plugin, phase, nearest: nearest(name, offered) });
}

/** Whether a plugin is active, and if not, whether the config knows it. */
export function stateOf({ offers, disabled }: Shelf, plugin: string): 'active' | 'disabled' | 'absent' {
  if (offers.has(plugin)) return 'active';
  return disabled.has(plugin) ? 'disabled' : 'absent';
}
