import type { ContainerModuleLoadOptions } from 'inversify';
import type { BindContext, BindIn, BindTo, MakeContext } from '../contract/bind.ts';
import type { Token } from '../contract/token.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { tokenOwner, type ContainerPlugin } from './container-plugin.ts';
import { assertKeyFree, bindError } from './errors.ts';
import {
  assertExported,
  type ContributionBinding,
  type Decoration,
  type PluginBindings,
  type Registry,
  type TokenBinding,
} from './registry.ts';
import type { Resolver } from './resolver.ts';
import { assertPoint, assertToken } from './token-check.ts';

/** The context of one call of a plugin's `bind`, and everything registered through it. */
export interface OpenBindContext {
  readonly context: Omit<BindContext, 'config'>;
  /** Closes the context. Later calls to its methods throw PLUGIN_BIND_FAILED. */
  readonly close: () => void;
  /** Returns everything registered so far. Throws PLUGIN_BIND_FAILED if a token was passed to `bind` but not bound. */
  readonly registered: () => PluginBindings;
}

/** A binding whose scope may still change. */
type UnfinishedBinding = { -readonly [K in keyof TokenBinding]: TokenBinding[K] };

/** Opens the context for a plugin's `bind`. Each call is checked, registered with Inversify, and recorded. */
export function openBindContext(
  registry: Registry,
  resolver: Resolver,
  plugin: ContainerPlugin,
  inversify: Pick<ContainerModuleLoadOptions, 'bind'>,
): OpenBindContext {
  const owner = plugin.name;
  // `null` for a token that was passed to `bind` but is not bound to anything yet.
  const bindings = new Map<string, UnfinishedBinding | null>();
  const contributions: ContributionBinding[] = [];
  const decorations: Decoration[] = [];
  let open = true;

  const assertOpen = (): void => {
    if (!open) throw bindError(plugin, 'it registered something after bind() had returned');
  };

  const register = (
    name: string,
    id: symbol,
    type: TokenBinding['type'],
    make: (c: MakeContext) => unknown,
  ): BindIn => {
    assertOpen();
    assertBindable(registry, name, plugin, bindings.get(name) === null);
    const binding: UnfinishedBinding = { what: 'token', name, plugin: owner, type, scope: 'singleton' };
    const bound = inversify.bind(id).toDynamicValue(() => resolver.make(binding, make));
    const inScope = (scope: TokenBinding['scope']) => (): void => {
      assertOpen();
      binding.scope = scope;
      if (scope === 'singleton') bound.inSingletonScope();
      else bound.inTransientScope();
    };
    inScope('singleton')();
    bindings.set(name, binding);
    return Object.freeze({ inSingletonScope: inScope('singleton'), inTransientScope: inScope('transient') });
  };

  const bind = <T>(token: Token<T>): BindTo<T> => {
    assertOpen();
    assertToken(token, owner, 'bind');
    const { name, id } = token;
    assertBindable(registry, name, plugin, !bindings.has(name));
    bindings.set(name, null);
    return Object.freeze<BindTo<T>>({
      to: (constructor) => {
        const classId = Symbol(name);
        const scopes = register(name, id, 'class', () => registry.inversify.get(classId));
        // The token's binding determines the scope, so the class itself is instantiated on every resolution.
        inversify.bind(classId).to(constructor).inTransientScope();
        return scopes;
      },
      toConstantValue: (value) => void register(name, id, 'constant', () => value),
      toDynamicValue: (make) => register(name, id, 'dynamic', make),
    });
  };

  const contribute: BindContext['contribute'] = (point, item) => {
    assertOpen();
    assertPoint(point, owner, 'bind');
    assertExported(registry, point.name, owner, 'bind');
    // The type of `item` guarantees this: a function creates the item, and any other value is the item itself.
    const make = typeof item === 'function' ? (item as (context: MakeContext) => unknown) : () => item;
    const key = typeof item === 'function' || point.key === null ? null : point.key(item as never);
    if (key !== null) {
      const others = [...(registry.contributions.get(point.name) ?? []), ...contributions];
      const other = others.find((one) => one.name === point.name && one.key === key);
      assertKeyFree(point.name, key, [other?.plugin, owner], 'bind');
    }
    const contribution: ContributionBinding = {
      what: 'contribution',
      name: point.name,
      plugin: owner,
      id: Symbol(point.name),
      key,
    };
    inversify
      .bind(contribution.id)
      .toDynamicValue(() => resolver.make(contribution, make))
      .inSingletonScope();
    contributions.push(Object.freeze(contribution));
  };

  const decorate: BindContext['decorate'] = (token, wrap) => {
    assertOpen();
    assertToken(token, owner, 'bind');
    assertExported(registry, token.name, owner, 'bind');
    // `wrap` is stored under the token's name, so it only ever gets values of the token's type.
    decorations.push(Object.freeze({ name: token.name, plugin: owner, wrap: wrap as Decoration['wrap'] }));
  };

  const close = (): void => {
    open = false;
  };

  const registered = (): PluginBindings => {
    const finished = [...bindings].map(([name, binding]) => {
      if (binding === null) throw bindError(plugin, `it passes "${name}" to bind() without binding it to a value`);
      return Object.freeze(binding);
    });
    return { bindings: finished, contributions, decorations };
  };

  return { context: { bind, contribute, decorate }, close, registered };
}

function assertBindable(
  { bindings }: Registry,
  token: string,
  { name: plugin, bindsAnyToken = false }: ContainerPlugin,
  free: boolean,
): void {
  const owner = tokenOwner(token);
  const mayBind = owner === plugin || (bindsAnyToken && !bindings.has(token));
  if (!mayBind || !free) throw kernelError('TOKEN_OWNED_TWICE', { token, owner, plugin });
}
