import type { Contribution, Get, MakeContext } from '../contract/bind.ts';
import type { ContributionPoint } from '../contract/contribution-point.ts';
import type { Token } from '../contract/token.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { assertPoint, assertToken } from './assert-named.ts';
import { contributionsOf } from './contributions.ts';
import type { Entry } from './entries.ts';
import { assertSynchronous, makingError, stepOf, unboundError, unboundInClass } from './refusals.ts';
import { assertOffered, type Shelf } from './registry.ts';

/** Makes values, and knows at any time what is being made for what. */
export interface Resolver {
  /** Runs `build` for an entry, wraps what it gives, and tells a cycle, a promise or a failure by its names. */
  readonly make: (entry: Entry, build: (context: MakeContext) => unknown) => unknown;
  /** The `get` of a plugin; with `null` that of the application itself, which also sees what is private. */
  readonly getOf: (plugin: string | null) => Get;
}

/**
 * The resolver of a shelf. All making is synchronous, so one stack says exactly what is on the way, whether it was
 * asked for through `get` or by Inversify for a decorated constructor.
 */
export function resolverOf(shelf: Shelf): Resolver {
  const { inversify, entries } = shelf;
  const making: Entry[] = [];

  const make: Resolver['make'] = (entry, build) => {
    if (making.includes(entry)) {
      throw kernelError('TOKEN_CYCLE', { path: [...making.slice(making.indexOf(entry)), entry].map(stepOf) });
    }
    making.push(entry);
    try {
      let value = made(entry, { plugin: entry.plugin, act: 'make' }, build);
      if (entry.what === 'contribution') return value;
      for (const { plugin, wrap } of entries.decorations.get(entry.name) ?? []) {
        const inner = value;
        value = made(entry, { plugin, act: 'decorate' }, (context) => wrap(inner, context));
      }
      return value;
    } finally {
      making.pop();
    }
  };

  const made = (
    entry: Entry,
    by: { readonly plugin: string; readonly act: 'make' | 'decorate' },
    build: (context: MakeContext) => unknown,
  ): unknown => {
    let value: unknown;
    try {
      value = build(Object.freeze({ get: getOf(by.plugin) }));
    } catch (error) {
      if (error instanceof KernelError) throw error;
      throw unboundInClass(shelf, by.plugin, making, error) ?? makingError(entry, by, making, error);
    }
    assertSynchronous(entry, by.plugin, value);
    return value;
  };

  const getOf: Resolver['getOf'] = (plugin) => {
    const get = <T>(token: Token<T>): T => {
      assertToken(token, plugin, 'get');
      if (!entries.bindings.has(token.name)) throw unboundError(shelf, token.name, plugin, 'get', making);
      assertOffered(shelf, token.name, plugin, 'get');
      return inversify.get<T>(token.id);
    };
    const optional = <T>(token: Token<T>): T | undefined => {
      assertToken(token, plugin, 'get');
      return entries.bindings.has(token.name) ? get(token) : undefined;
    };
    const all = <T>(point: ContributionPoint<T>): readonly Contribution<T>[] => {
      assertPoint(point, plugin, 'get');
      assertOffered(shelf, point.name, plugin, 'get');
      return contributionsOf(shelf, point);
    };
    return Object.freeze(Object.assign(get, { optional, all }));
  };

  return { make, getOf };
}
