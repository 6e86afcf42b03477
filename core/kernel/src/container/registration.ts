import type { ContainerModuleLoadOptions } from 'inversify';
import type { BindContext, BindIn, BindTo, MakeContext } from '../contract/bind.ts';
import type { Token } from '../contract/token.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { assertPoint, assertToken } from './assert-named.ts';
import { ownerOf, type ContainerPlugin } from './container-plugin.ts';
import type { Binding, ContributionEntry, Decoration, PluginEntries } from './entries.ts';
import { assertKeyFree, bindError } from './refusals.ts';
import type { Resolver } from './resolver.ts';
import { assertOffered, type Shelf } from './registry.ts';

/** One plugin's registering: what its `bind` gets, and, once it is over, what it registered. */
export interface Registration {
  readonly context: Omit<BindContext, 'config'>;
  /** Ends it, however it went: whatever was kept of the context registers nothing more. */
  readonly close: () => void;
  /** Throws PLUGIN_BIND_FAILED where a token was named and not bound to anything. */
  readonly entries: () => PluginEntries;
}

/** A binding whose author may still say how often it is made. */
type Draft = { -readonly [K in keyof Binding]: Binding[K] };

/** Opens the registering of a plugin: each call is checked, put into Inversify, and noted with its owner. */
export function registrationOf(
  shelf: Shelf,
  resolver: Resolver,
  plugin: ContainerPlugin,
  inversify: Pick<ContainerModuleLoadOptions, 'bind'>,
): Registration {
  const owner = plugin.name;
  // `null` where a token was named, and nothing bound to it yet.
  const bindings = new Map<string, Draft | null>();
  const contributions: ContributionEntry[] = [];
  const decorations: Decoration[] = [];
  let open = true;

  const assertOpen = (): void => {
    if (!open) throw bindError(plugin, 'it registers something after its bind() was over');
  };

  const register = (name: string, id: symbol, type: Binding['type'], make: (c: MakeContext) => unknown): BindIn => {
    assertOpen();
    assertUnbound(name, owner, bindings.get(name) === null);
    const draft: Draft = { what: 'token', name, plugin: owner, type, scope: 'singleton' };
    const bound = inversify.bind(id).toDynamicValue(() => resolver.make(draft, make));
    const scoped = (scope: Binding['scope']) => (): void => {
      assertOpen();
      draft.scope = scope;
      if (scope === 'singleton') bound.inSingletonScope();
      else bound.inTransientScope();
    };
    scoped('singleton')();
    bindings.set(name, draft);
    return Object.freeze({ inSingletonScope: scoped('singleton'), inTransientScope: scoped('transient') });
  };

  const bind = <T>(token: Token<T>): BindTo<T> => {
    assertOpen();
    assertToken(token, owner, 'bind');
    const { name, id } = token;
    assertUnbound(name, owner, !bindings.has(name));
    bindings.set(name, null);
    return Object.freeze<BindTo<T>>({
      to: (constructor) => {
        const own = Symbol(name);
        const scopes = register(name, id, 'class', () => shelf.inversify.get(own));
        // How often an instance is made is said of the token, so this one is made each time that it is asked for.
        inversify.bind(own).to(constructor).inTransientScope();
        return scopes;
      },
      toConstantValue: (value) => void register(name, id, 'constant', () => value),
      toDynamicValue: (make) => register(name, id, 'dynamic', make),
    });
  };

  const contribute: BindContext['contribute'] = (point, item) => {
    assertOpen();
    assertPoint(point, owner, 'bind');
    assertOffered(shelf, point.name, owner, 'bind');
    // Its type says so: a function makes the item, and whatever else is the item, of the point's own type.
    const make = typeof item === 'function' ? (item as (context: MakeContext) => unknown) : () => item;
    const key = typeof item === 'function' || point.key === null ? null : point.key(item as never);
    if (key !== null) {
      const others = [...(shelf.entries.contributions.get(point.name) ?? []), ...contributions];
      const other = others.find((entry) => entry.name === point.name && entry.key === key);
      assertKeyFree(point.name, key, [other?.plugin, owner], 'bind');
    }
    const entry: ContributionEntry = {
      what: 'contribution',
      name: point.name,
      plugin: owner,
      id: Symbol(point.name),
      key,
    };
    inversify
      .bind(entry.id)
      .toDynamicValue(() => resolver.make(entry, make))
      .inSingletonScope();
    contributions.push(Object.freeze(entry));
  };

  const decorate: BindContext['decorate'] = (token, wrap) => {
    assertOpen();
    assertToken(token, owner, 'bind');
    assertOffered(shelf, token.name, owner, 'bind');
    // It is kept by the token's name, and only ever gets what is bound to that name.
    decorations.push(Object.freeze({ name: token.name, plugin: owner, wrap: wrap as Decoration['wrap'] }));
  };

  const close = (): void => {
    open = false;
  };

  const entries = (): PluginEntries => {
    const said = [...bindings].map(([name, draft]) => {
      if (draft === null) throw bindError(plugin, `it names "${name}" in bind(), and not what to bind to it`);
      return Object.freeze(draft);
    });
    return { bindings: said, contributions, decorations };
  };

  return { context: { bind, contribute, decorate }, close, entries };
}

function assertUnbound(token: string, plugin: string, free: boolean): void {
  const owner = ownerOf(token);
  if (owner !== plugin || !free) throw kernelError('TOKEN_OWNED_TWICE', { token, owner, plugin });
}
