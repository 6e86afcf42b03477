import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runBind } from '../../src/container/run-bind.ts';
import { openContainer } from '../../src/container/open-container.ts';
import { createResolver } from '../../src/container/resolver.ts';
import { emptyRegistry } from '../../src/container/registry.ts';
import type { BindContext } from '../../src/contract/bind.ts';
import { contributionPoint } from '../../src/contract/contribution-point.ts';
import { token } from '../../src/contract/token.ts';
import { refusalOf } from '../graph/refusal.ts';
import { plugin } from './support.ts';

const Greeting = token<string>('core.greeting');
const Likes = token<string>('likes');
const Votes = token<string>('likes.votes');
const Routes = contributionPoint<object>('core.routes');

describe('a plugin whose bind fails halfway', () => {
  const registers = ({ bind, contribute, decorate }: BindContext): void => {
    bind(Likes).toConstantValue('first');
    contribute(Routes, { from: 'first' });
    decorate(Greeting, (inner) => `first ${inner}`);
  };

  test('is reported with its name, package and phase, the first line of the error, and the error as the cause', () => {
    const cause = new TypeError('no such thing\nsecond line');
    const likes = plugin('likes', (context) => {
      registers(context);
      throw cause;
    });
    const error = refusalOf(() => openContainer([likes]));
    expect(error).toMatchObject({
      code: 'PLUGIN_BIND_FAILED',
      exitCode: 12,
      message: 'The plugin "likes" (@acme/headwater-likes) failed in phase "bind": no such thing.',
      written: 'Nothing was written.',
      cause,
    });
    expect(error.hint).toContain('npx kernel plugin:disable likes');
  });

  test('is removed completely: plugins that bind later find no trace of it', () => {
    const core = plugin('core', ({ bind }) => bind(Greeting).toConstantValue('hello'));
    const broken = plugin('likes', (context) => {
      registers(context);
      context.bind(Votes).toConstantValue('first');
      throw new Error('halfway');
    });
    const fixed = plugin('likes', ({ bind }) => bind(Likes).toConstantValue('second'));
    const registry = emptyRegistry([core, fixed]);
    const resolver = createResolver(registry);
    runBind(registry, resolver, core);
    expect(refusalOf(() => runBind(registry, resolver, broken)).code).toBe('PLUGIN_BIND_FAILED');
    expect(registry.inversify.isBound(Likes.id)).toBe(false);
    runBind(registry, resolver, fixed);
    const get = resolver.getOf(null);
    expect(get(Likes)).toBe('second');
    expect(get(Greeting)).toBe('hello');
    expect(get.all(Routes)).toEqual([]);
    expect(get.optional(Votes)).toBeUndefined();
  });

  test('cannot register anything later through the context', () => {
    const kept: BindContext[] = [];
    const likes = plugin('likes', (context) => {
      kept.push(context);
      throw new Error('halfway');
    });
    expect(refusalOf(() => openContainer([likes])).code).toBe('PLUGIN_BIND_FAILED');
    expect(refusalOf(() => kept[0]?.bind(Votes)).message).toContain('after bind() had returned');
  });

  test('is removed completely if Inversify rejects a class', () => {
    class Undecorated {
      readonly likes: string;

      constructor(likes: string) {
        this.likes = likes;
      }
    }
    const broken = plugin('likes', (context) => {
      registers(context);
      context.bind(token<Undecorated>('likes.page')).to(Undecorated);
    });
    const registry = emptyRegistry([broken]);
    const error = refusalOf(() => runBind(registry, createResolver(registry), broken));
    expect(error.code).toBe('PLUGIN_BIND_FAILED');
    expect(error.message).toContain('"Undecorated" constructor requires at least 1 arguments');
    // A class that another version of Inversify decorates looks undecorated too.
    expect(error.hint).toContain('@inject(token.id), from Inversify 8 or 7.11. Decorators of Inversify 6');
    expect(error.hint).toContain('npm ls inversify');
    const known = { ...broken, inversify: () => '6.2.2' };
    const { hint } = refusalOf(() => runBind(registry, createResolver(registry), known));
    expect(hint).toMatch(/The plugin "likes" imports Inversify 6\.2\.2\.$/);
    expect(registry.inversify.isBound(Likes.id)).toBe(false);
    expect(registry.bindings.size + registry.contributions.size + registry.decorations.size).toBe(0);
  });
});

describe('bind', () => {
  test('must be synchronous: a promise is rejected, and its later calls have no effect', async () => {
    let late: BindContext['bind'] | undefined;
    // TypeScript allows any return value where `void` is expected; the lint rule for promises does not.
    const later = async ({ bind }: BindContext): Promise<void> => {
      late = bind;
      await setImmediate();
      bind(Likes).toConstantValue('late');
    };
    const likes = plugin('likes', (context) => later(context) as never);
    const error = refusalOf(() => openContainer([likes]));
    expect(error.code).toBe('PLUGIN_BIND_FAILED');
    expect(error.message).toContain('returned a promise');
    // A later rejection must not end this process as an unhandled rejection.
    await setImmediate();
    await setImmediate();
    expect(refusalOf(() => late?.(Likes))).toMatchObject({ code: 'PLUGIN_BIND_FAILED' });
  });

  test('closes its context when it returns: later calls are rejected', () => {
    const kept: BindContext[] = [];
    const scopes: (() => void)[] = [];
    const { get } = openContainer([
      plugin('likes', (context) => {
        kept.push(context);
        scopes.push(context.bind(Likes).toDynamicValue(() => 'likes').inTransientScope);
      }),
    ]);
    const [context] = kept;
    for (const late of [
      () => context?.bind(Votes),
      () => context?.contribute(Routes, {}),
      () => context?.decorate(Greeting, (inner) => inner),
      ...scopes,
    ]) {
      expect(refusalOf(late).message).toContain('after bind() had returned');
    }
    expect(get(Likes)).toBe('likes');
  });

  test('is rejected if it passes a token to bind without binding it', () => {
    const half = plugin('likes', ({ bind }) => void bind(Likes));
    expect(refusalOf(() => openContainer([half])).message).toContain('it passes "likes" to bind() without binding it');
  });

  test('is called as a method of the plugin', () => {
    const seen: unknown[] = [];
    const definition = {
      bind() {
        seen.push(this);
      },
    };
    openContainer([{ ...plugin('likes'), definition }]);
    expect(seen).toEqual([definition]);
  });
});
