import { describe, expect, test } from 'vitest';
import { openContainer } from '../../src/container/open-container.ts';
import { contributionPoint } from '../../src/contract/contribution-point.ts';
import { token } from '../../src/contract/token.ts';
import { refusalOf } from '../graph/refusal.ts';
import { plugin } from './support.ts';

interface Route {
  readonly path: string;
}

const Routes = contributionPoint<Route>('http.routes', { key: ({ path }) => path });
const Listeners = contributionPoint<() => string>('core.listeners');

const gives = (name: string, ...paths: readonly string[]) =>
  plugin(name, ({ contribute }) => paths.forEach((path) => contribute(Routes, { path })));

const makes = (name: string, ...paths: readonly string[]) =>
  plugin(name, ({ contribute }) => paths.forEach((path) => contribute(Routes, () => ({ path }))));

describe('contributions', () => {
  test('are returned in plugin order, then in call order, with their plugins and keys', () => {
    const { get } = openContainer([gives('likes', '/likes', '/like'), plugin('http'), makes('app', '/')]);
    expect(get.all(Routes)).toEqual([
      { plugin: 'likes', key: '/likes', item: { path: '/likes' } },
      { plugin: 'likes', key: '/like', item: { path: '/like' } },
      { plugin: 'app', key: '/', item: { path: '/' } },
    ]);
  });

  test('are created once, when first resolved, with the `get` of their own plugin', () => {
    let made = 0;
    const Secret = token<string>('likes.secret');
    const likes = plugin(
      'likes',
      ({ bind, contribute }) => {
        bind(Secret).toConstantValue('/secret');
        contribute(Routes, ({ get }) => {
          made += 1;
          return { path: get(Secret) };
        });
      },
      [],
    );
    const { getOf } = openContainer([plugin('http'), likes]);
    expect(made).toBe(0);
    const [first] = getOf('http').all(Routes);
    expect(first?.item).toEqual({ path: '/secret' });
    expect(getOf('http').all(Routes)[0]?.item).toBe(first?.item);
    expect(made).toBe(1);
  });

  test('to a point of an inactive plugin are never created', () => {
    const likes = plugin('likes', ({ contribute }) => {
      contribute(Routes, () => {
        throw new Error('must not be made');
      });
    });
    expect(openContainer([likes]).names).toEqual(['http.routes']);
  });

  test('are an empty list if no plugin contributed', () => {
    expect(openContainer([plugin('http')]).get.all(Routes)).toEqual([]);
  });

  test('that are functions must be wrapped in a function, so that none is called by mistake', () => {
    const { get } = openContainer([plugin('likes', ({ contribute }) => contribute(Listeners, () => () => 'heard'))]);
    expect(get.all(Listeners).map(({ item, key }) => [item(), key])).toEqual([['heard', null]]);
  });

  test('to a private point are accepted from its own plugin only', () => {
    const http = plugin('http', ({ contribute }) => contribute(Routes, { path: '/health' }), []);
    expect(openContainer([http]).getOf('http').all(Routes)).toHaveLength(1);
    expect(refusalOf(() => openContainer([http, gives('likes', '/likes')]))).toMatchObject({
      code: 'TOKEN_PRIVATE',
      written: 'Nothing was written.',
      details: { name: 'http.routes', owner: 'http', plugin: 'likes' },
    });
    expect(
      refusalOf(() =>
        openContainer([http, plugin('likes')])
          .getOf('likes')
          .all(Routes),
      ),
    ).toMatchObject({
      code: 'TOKEN_PRIVATE',
    });
  });

  test('require a point whose name contains a plugin name', () => {
    const wrong = [token('http.routes'), { name: 'http.routes' }, contributionPoint('routes'), undefined];
    for (const value of wrong) {
      const likes = plugin('likes', ({ contribute }) => contribute(value as never, {} as never));
      expect(refusalOf(() => openContainer([likes]))).toMatchObject({ code: 'TOKEN_INVALID' });
      expect(refusalOf(() => openContainer([]).get.all(value as never)).message).toContain(
        'contribution point is expected',
      );
    }
  });
});

describe('two contributions with one key', () => {
  test('are rejected before anything is created, naming both plugins', () => {
    const error = refusalOf(() => openContainer([plugin('http'), gives('likes', '/x'), gives('comments', '/y', '/x')]));
    expect(error).toMatchObject({
      code: 'CONTRIBUTION_COLLISION',
      exitCode: 14,
      message:
        'Two contributions to "http.routes" have the key "/x": one from the plugin "likes" and one from the plugin "comments".',
      written: 'Nothing was written.',
    });
    expect(error.hint).toContain('npx kernel plugin:disable comments');
  });

  test('are rejected even within one plugin', () => {
    expect(refusalOf(() => openContainer([gives('likes', '/x', '/x')]))).toMatchObject({
      code: 'CONTRIBUTION_COLLISION',
      details: { owners: ['likes', 'likes'] },
    });
  });

  test('are rejected on creation, if functions create them', () => {
    const { get } = openContainer([plugin('http'), gives('likes', '/x'), makes('comments', '/x')]);
    const error = refusalOf(() => get.all(Routes));
    expect(error).toMatchObject({ code: 'CONTRIBUTION_COLLISION', details: { owners: ['likes', 'comments'] } });
    expect(error.written).toContain('The database is at its heads');
  });

  test('are compared by the owner’s key function, even if the contributor created the point by name', () => {
    const byName = (name: string) =>
      plugin(name, ({ contribute }) => contribute(contributionPoint<Route>('http.routes'), { path: '/x' }));
    const { get } = openContainer([byName('likes'), byName('comments')]);
    expect(refusalOf(() => get.all(Routes))).toMatchObject({ code: 'CONTRIBUTION_COLLISION' });
  });

  test('do not collide if they belong to different points', () => {
    const Other = contributionPoint<Route>('http.others', { key: ({ path }) => path });
    const both = plugin('likes', ({ contribute }) => {
      contribute(Routes, { path: '__proto__' });
      contribute(Other, { path: '__proto__' });
    });
    expect(openContainer([both]).get.all(Other)).toHaveLength(1);
  });
});

describe('a contribution that cannot be created', () => {
  test('is reported with its plugin and point', () => {
    const { get } = openContainer([
      plugin('http'),
      gives('likes', '/likes'),
      plugin('comments', ({ contribute }) => {
        contribute(Routes, () => {
          throw new Error('no template');
        });
      }),
    ]);
    expect(refusalOf(() => get.all(Routes))).toMatchObject({
      code: 'CONTRIBUTION_FAILED',
      exitCode: 12,
      message: 'The plugin "comments" could not create its contribution to "http.routes": no template.',
    });
  });

  test('is reported with the missing token, if that caused the failure', () => {
    const likes = plugin('likes', ({ contribute }) => contribute(Routes, ({ get }) => get(token<Route>('likes.page'))));
    expect(refusalOf(() => openContainer([likes]).get.all(Routes)).message).toBe(
      'The plugin "likes" asked for the token "likes.page", needed for a contribution to "http.routes" (likes), but ' +
        'nothing is bound to it: its plugin, "likes", is active but does not bind it.',
    );
  });

  test('is reported with its plugin, if the point’s key function fails', () => {
    const likes = plugin('likes', ({ contribute }) => contribute(Routes, () => null as never));
    expect(refusalOf(() => openContainer([likes]).get.all(Routes))).toMatchObject({
      code: 'CONTRIBUTION_FAILED',
      details: { plugin: 'likes' },
    });
  });
});
