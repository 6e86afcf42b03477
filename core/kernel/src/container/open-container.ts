import type { Get } from '../contract/bind.ts';
import { tokenOwner, type ContainerPlugin } from './container-plugin.ts';
import { unboundError } from './errors.ts';
import { explainToken, knownNames } from './explain-token.ts';
import { emptyRegistry, pluginState, type Registry } from './registry.ts';
import { createResolver } from './resolver.ts';
import { runBind } from './run-bind.ts';
import type { TokenExplanation } from './token-explanation.ts';

/** The services and contributions of the active plugins. */
export interface AppContainer {
  /** Resolves as the application, which may also resolve private tokens. */
  readonly get: Get;
  /** Returns the `get` of a plugin. */
  readonly getOf: (plugin: string) => Get;
  /** Explains a token or contribution point. Returns `null` if no active plugin uses it. */
  readonly explain: (name: string) => TokenExplanation | null;
  /** Every name that {@link explain} knows, sorted. */
  readonly names: readonly string[];
}

/** Options of {@link openContainer}. */
export interface ContainerOptions {
  /** Plugins that the config lists with `"$enabled": false`, so that an error can say so. Default: none. */
  readonly disabled?: Iterable<string>;
}

/**
 * Runs the `bind` of each plugin. `plugins` must be in plugin order. Creates no values and needs no database.
 * Throws PLUGIN_BIND_FAILED, TOKEN_OWNED_TWICE, TOKEN_INVALID, TOKEN_PRIVATE, CONTRIBUTION_COLLISION, and TOKEN_UNBOUND
 * for a decoration of an unbound token.
 */
export function openContainer(plugins: readonly ContainerPlugin[], options: ContainerOptions = {}): AppContainer {
  const registry = emptyRegistry(plugins, options.disabled);
  const resolver = createResolver(registry);
  for (const plugin of plugins) runBind(registry, resolver, plugin);
  assertDecoratedTokensBound(registry);
  return Object.freeze({
    get: resolver.getOf(null),
    getOf: resolver.getOf,
    explain: (name: string) => explainToken(registry, name),
    names: Object.freeze(knownNames(registry)),
  });
}

/**
 * Checks that every decorated token is bound if its plugin is active. A token of an inactive plugin may be unbound.
 */
function assertDecoratedTokensBound(registry: Registry): void {
  for (const [name, [first]] of registry.decorations) {
    if (first === undefined || registry.bindings.has(name)) continue;
    if (pluginState(registry, tokenOwner(name)) !== 'active') continue;
    throw unboundError(registry, name, first.plugin, 'bind', []);
  }
}
