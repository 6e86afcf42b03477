import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { loadModule } from '../../src/container/load-module.ts';
import { openContainer } from '../../src/container/open-container.ts';
import { resolverOf } from '../../src/container/resolver.ts';
import { emptyShelf } from '../../src/container/registry.ts';
import type { BindContext } from '../../src/contract/bind.ts';
import { contributionPoint } from '../../src/contract/contribution-point.ts';
import { token } from '../../src/contract/token.ts';
import { refusalOf } from '../graph/refusal.ts';
import { plugin } from './support.ts';

const Greeting = token<string>('core.greeting');
const Likes = token<string>('likes');
const Votes = token<string>('likes.votes');
const Routes = contributionPoint<object>('core.routes');

describe('a plugin whose bind fails half-way', () => {
  const registers = ({ bind, contribute, decorate }: BindContext): void => {
    bind(Likes).toConstantValue('first');
    contribute(Routes, { from: 'first' });
    decorate(Greeting, (inner) => `first ${inner}`);
  };

  test('is told by its name, its package, the phase and the first line of the cause, which is kept', () => {
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

  test('is unloaded whole: one that loads later finds no trace of it', () => {
    const core = plugin('core', ({ bind }) => bind(Greeting).toConstantValue('hello'));
    const broken = plugin('likes', (context) => {
      registers(context);
      context.bind(Votes).toConstantValue('first');
      throw new Error('half-way');
    });
    const mended = plugin('likes', ({ bind }) => bind(Likes).toConstantValue('second'));
    const shelf = emptyShelf([core, mended]);
    const resolver = resolverOf(shelf);
    loadModule(shelf, resolver, core);
    expect(refusalOf(() => loadModule(shelf, resolver, broken)).code).toBe('PLUGIN_BIND_FAILED');
    expect(shelf.inversify.isBound(Likes.id)).toBe(false);
    loadModule(shelf, resolver, mended);
    const get = resolver.getOf(null);
    expect(get(Likes)).toBe('second');
    expect(get(Greeting)).toBe('hello');
    expect(get.all(Routes)).toEqual([]);
    expect(get.optional(Votes)).toBeUndefined();
  });

  test('registers nothing more with what it kept', () => {
    const kept: BindContext[] = [];
    const likes = plugin('likes', (context) => {
      kept.push(context);
      throw new Error('half-way');
    });
    expect(refusalOf(() => openContainer([likes])).code).toBe('PLUGIN_BIND_FAILED');
    expect(refusalOf(() => kept[0]?.bind(Votes)).message).toContain('after its bind() was over');
  });

  test('is unloaded whole where Inversify refuses a class, too', () => {
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
    const shelf = emptyShelf([broken]);
    const error = refusalOf(() => loadModule(shelf, resolverOf(shelf), broken));
    expect(error.code).toBe('PLUGIN_BIND_FAILED');
    expect(error.message).toContain('"Undecorated" constructor requires at least 1 arguments');
    expect(shelf.inversify.isBound(Likes.id)).toBe(false);
    expect(shelf.entries.bindings.size + shelf.entries.contributions.size + shelf.entries.decorations.size).toBe(0);
  });
});

describe('bind', () => {
  test('registers at once: a promise is refused, and what it does later changes nothing', async () => {
    let late: BindContext['bind'] | undefined;
    // Types let a function give anything where nothing is expected; a linter for promises does not.
    const later = async ({ bind }: BindContext): Promise<void> => {
      late = bind;
      await setImmediate();
      bind(Likes).toConstantValue('late');
    };
    const likes = plugin('likes', (context) => later(context) as never);
    const error = refusalOf(() => openContainer([likes]));
    expect(error.code).toBe('PLUGIN_BIND_FAILED');
    expect(error.message).toContain('gives a promise');
    // What the rest of it throws must not end this process as a rejection that nobody hears.
    await setImmediate();
    await setImmediate();
    expect(refusalOf(() => late?.(Likes))).toMatchObject({ code: 'PLUGIN_BIND_FAILED' });
  });

  test('is over when it returns: what was kept of it registers nothing more', () => {
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
      expect(refusalOf(late).message).toContain('after its bind() was over');
    }
    expect(get(Likes)).toBe('likes');
  });

  test('says what a token is bound to', () => {
    const half = plugin('likes', ({ bind }) => void bind(Likes));
    expect(refusalOf(() => openContainer([half])).message).toContain('it names "likes" in bind(), and not what');
  });

  test('is called as a method of the plugin', () => {
    const seen: unknown[] = [];
    const running = {
      bind() {
        seen.push(this);
      },
    };
    openContainer([{ ...plugin('likes'), running }]);
    expect(seen).toEqual([running]);
  });
});
