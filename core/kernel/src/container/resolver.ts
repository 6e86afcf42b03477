import type { Contribution, Get, MakeContext } from '../contract/bind.ts';
import type { ContributionPoint } from '../contract/contribution-point.ts';
import type { Token } from '../contract/token.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { makeContributions } from './contributions.ts';
import { assertSynchronous, makingError, toStep, unboundError, unboundInClass } from './errors.ts';
import { assertExported, type Binding, type Registry } from './registry.ts';
import { assertPoint, assertToken } from './token-check.ts';

/** Creates values, and tracks which values are in progress and which value needs which. */
export interface Resolver {
  /** Calls `build` for a binding and applies its decorations. Reports cycles, promises and failures by name. */
  readonly make: (binding: Binding, build: (context: MakeContext) => unknown) => unknown;
  /**
   * Returns the `get` function of a plugin, or for `null` that of the application, which also resolves private tokens.
   */
  readonly getOf: (plugin: string | null) => Get;
}

/**
 * Creates the resolver of a registry. Values are created synchronously, so a single stack tracks those in progress,
 * whether `get` or Inversify (for a decorated constructor) requested them.
 */
export function createResolver(registry: Registry): Resolver {
  const { inversify, bindings, decorations } = registry;
  const stack: Binding[] = [];

  const make: Resolver['make'] = (binding, build) => {
    if (stack.includes(binding)) {
      throw kernelError('TOKEN_CYCLE', { path: [...stack.slice(stack.indexOf(binding)), binding].map(toStep) });
    }
    stack.push(binding);
    try {
      let value = buildValue(binding, { plugin: binding.plugin, act: 'create' }, build);
      if (binding.what === 'contribution') return value;
      for (const { plugin, wrap } of decorations.get(binding.name) ?? []) {
        const inner = value;
        value = buildValue(binding, { plugin, act: 'decorate' }, (context) => wrap(inner, context));
      }
      return value;
    } finally {
      stack.pop();
    }
  };

  const buildValue = (
    binding: Binding,
    by: { readonly plugin: string; readonly act: 'create' | 'decorate' },
    build: (context: MakeContext) => unknown,
  ): unknown => {
    let value: unknown;
    try {
      value = build(Object.freeze({ get: getOf(by.plugin) }));
    } catch (error) {
      if (error instanceof KernelError) throw error;
      throw unboundInClass(registry, by.plugin, stack, error) ?? makingError(binding, by, stack, error);
    }
    assertSynchronous(binding, by.plugin, value);
    return value;
  };

  const getOf: Resolver['getOf'] = (plugin) => {
    const get = <T>(token: Token<T>): T => {
      assertToken(token, plugin, 'get');
      if (!bindings.has(token.name)) throw unboundError(registry, token.name, plugin, 'get', stack);
      assertExported(registry, token.name, plugin, 'get');
      return inversify.get<T>(token.id);
    };
    const optional = <T>(token: Token<T>): T | undefined => {
      assertToken(token, plugin, 'get');
      return bindings.has(token.name) ? get(token) : undefined;
    };
    const all = <T>(point: ContributionPoint<T>): readonly Contribution<T>[] => {
      assertPoint(point, plugin, 'get');
      assertExported(registry, point.name, plugin, 'get');
      return makeContributions(registry, point);
    };
    return Object.freeze(Object.assign(get, { optional, all }));
  };

  return { make, getOf };
}
