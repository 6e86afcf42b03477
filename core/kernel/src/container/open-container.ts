import type { Get } from '../contract/bind.ts';
import { ownerOf, type ContainerPlugin } from './container-plugin.ts';
import { explainName, namesOn, type NameExplanation } from './explain-name.ts';
import { loadModule } from './load-module.ts';
import { unboundError } from './refusals.ts';
import { resolverOf } from './resolver.ts';
import { emptyShelf, stateOf, type Shelf } from './registry.ts';

/** What the active plugins bound, decorated and contributed, ready to be asked for. */
export interface AppContainer {
  /** The application's own: sees what is private, too. */
  readonly get: Get;
  /** What the `start` of a plugin gets. */
  readonly getOf: (plugin: string) => Get;
  /** What is known of a token or contribution point; `null` where no active plugin does anything with it. */
  readonly explain: (name: string) => NameExplanation | null;
  /** Everything that {@link explain} knows, sorted. */
  readonly names: readonly string[];
}

/** What else the container is told. */
export interface ContainerOptions {
  /** Plugins that the config lists and switches off, so that an error can say so. Default: none. */
  readonly disabled?: Iterable<string>;
}

/**
 * Lets plugins register, one after another in the order given, which is plugin order. Nothing is made yet, and no
 * database is needed. Throws PLUGIN_BIND_FAILED, TOKEN_OWNED_TWICE, TOKEN_INVALID, TOKEN_PRIVATE, TOKEN_UNBOUND (for a
 * decoration of what is not there) and CONTRIBUTION_COLLISION.
 */
export function openContainer(plugins: readonly ContainerPlugin[], options: ContainerOptions = {}): AppContainer {
  const shelf = emptyShelf(plugins, options.disabled);
  const resolver = resolverOf(shelf);
  for (const plugin of plugins) loadModule(shelf, resolver, plugin);
  assertDecorationsMeet(shelf);
  return Object.freeze({
    get: resolver.getOf(null),
    getOf: resolver.getOf,
    explain: (name: string) => explainName(shelf, name),
    names: Object.freeze(namesOn(shelf)),
  });
}

/** A decoration of what an active plugin does not bind is a slip, unlike one of a plugin that is not active. */
function assertDecorationsMeet(shelf: Shelf): void {
  for (const [name, [first]] of shelf.entries.decorations) {
    if (first === undefined || shelf.entries.bindings.has(name) || stateOf(shelf, ownerOf(name)) !== 'active') continue;
    throw unboundError(shelf, name, first.plugin, 'bind', []);
  }
}
