import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openContainer } from '../../src/container/open-container.ts';
import { contributionPoint } from '../../src/contract/contribution-point.ts';
import { token } from '../../src/contract/token.ts';
import { refusalOf } from '../graph/refusal.ts';
import { decorated, plugin } from './support.ts';

const Likes = token<string>('likes');
const Thread = token<unknown>('comments.thread');
const Front = token<unknown>('app.front');

describe('a missing binding', () => {
  test('is reported with the token, the requesting plugin, the values being created, and a fix', () => {
    const { get } = openContainer([
      plugin('app', ({ bind }) => void bind(Front).toDynamicValue(({ get }) => get(Thread))),
      plugin('comments', ({ bind }) => void bind(Thread).toDynamicValue(({ get }) => get(Likes))),
    ]);
    const error = refusalOf(() => get(Front));
    expect(error).toMatchObject({
      code: 'TOKEN_UNBOUND',
      exitCode: 14,
      message:
        'The plugin "comments" asked for the token "likes", needed for "app.front" (app) -> "comments.thread" (comments), ' +
        'but nothing is bound to it: its plugin, "likes", is not active.',
      details: { token: 'likes', plugin: 'comments', owner: 'likes', state: 'absent' },
    });
    expect(error.hint).toContain('npx kernel plugin:enable likes');
    expect(error.hint).toContain('get.optional(…)');
    expect(error.written).toContain('The database is at its heads');
  });

  test('is reported with the state of its plugin, if the config disables it', () => {
    const { getOf } = openContainer([plugin('comments')], { disabled: ['likes'] });
    const error = refusalOf(() => getOf('comments')(Likes));
    expect(error.details).toMatchObject({ state: 'disabled', chain: [] });
    expect(error.message).toBe(
      'The plugin "comments" asked for the token "likes", but nothing is bound to it: its plugin, "likes", is disabled ' +
        'in the config ("$enabled": false).',
    );
  });

  test('is reported with the closest name, if its plugin is active', () => {
    const { get } = openContainer([
      plugin('likes', ({ bind }) => bind(token<number>('likes.votes')).toConstantValue(1)),
    ]);
    expect(refusalOf(() => get(token('likes.vots'))).message).toBe(
      'The application asked for the token "likes.vots", but nothing is bound to it: its plugin, "likes", is active but ' +
        'does not bind it; did you mean "likes.votes"?',
    );
  });

  test('is reported the same way for a decorated constructor', () => {
    const NeedsLikes = decorated(Likes);
    const { get } = openContainer([plugin('comments', ({ bind }) => void bind(Thread).to(NeedsLikes))]);
    expect(refusalOf(() => get(Thread))).toMatchObject({
      code: 'TOKEN_UNBOUND',
      details: { token: 'likes', plugin: 'comments', chain: [{ name: 'comments.thread' }], state: 'absent' },
    });
  });
});

describe('a token of a plugin that may not be active', () => {
  const comments = plugin('comments', ({ bind }) => {
    // The package may not be installed, so the token is created by name.
    bind(Thread).toDynamicValue(({ get }) => `thread with ${get.optional(token<string>('likes')) ?? 'nobody'}`);
  });

  test('resolves to undefined if the plugin is inactive, and to its value if the plugin is active', () => {
    expect(openContainer([comments]).get(Thread)).toBe('thread with nobody');
    const likes = plugin('likes', ({ bind }) => bind(Likes).toConstantValue('likes'), [Likes]);
    expect(openContainer([likes, comments]).get(Thread)).toBe('thread with likes');
  });

  test('throws if it is bound but its value cannot be created', () => {
    const likes = plugin('likes', ({ bind }) => void bind(Likes).toDynamicValue(({ get }) => String(get(Front))));
    expect(refusalOf(() => openContainer([likes, comments]).get(Thread))).toMatchObject({
      code: 'TOKEN_UNBOUND',
      details: { token: 'app.front', plugin: 'likes', chain: [{ name: 'comments.thread' }, { name: 'likes' }] },
    });
  });
});

describe('a token that its plugin does not export', () => {
  const Cache = token<string>('likes.cache');
  const likes = plugin(
    'likes',
    ({ bind }) => {
      bind(Cache).toConstantValue('cache');
      bind(Likes).toDynamicValue(({ get }) => `likes with ${get(Cache)}`);
    },
    [Likes],
  );

  test('is visible to its own plugin and to the application', () => {
    const { get, getOf } = openContainer([likes, plugin('comments')]);
    expect(getOf('likes')(Cache)).toBe('cache');
    expect(get(Cache)).toBe('cache');
    expect(getOf('comments')(Likes)).toBe('likes with cache');
  });

  test('cannot be resolved by other plugins, even if they create the token by name', () => {
    const { getOf } = openContainer([likes, plugin('comments')]);
    const error = refusalOf(() => getOf('comments')(token('likes.cache')));
    expect(error).toMatchObject({
      code: 'TOKEN_PRIVATE',
      exitCode: 14,
      message:
        '"likes.cache" is private: the plugin "likes" does not export it, but the plugin "comments" asked for it.',
    });
    expect(error.hint).toContain('Export it from the main module of "likes"');
    expect(refusalOf(() => getOf('comments').optional(Cache))).toMatchObject({ code: 'TOKEN_PRIVATE' });
  });

  test('cannot be decorated by other plugins', () => {
    const comments = plugin('comments', ({ decorate }) => decorate(Cache, (inner) => inner));
    expect(refusalOf(() => openContainer([likes, comments]))).toMatchObject({
      code: 'TOKEN_PRIVATE',
      written: 'Nothing was written.',
    });
  });
});

describe('a cycle', () => {
  const path = [
    { name: 'comments.thread', plugin: 'comments', what: 'token' },
    { name: 'likes', plugin: 'likes', what: 'token' },
    { name: 'comments.thread', plugin: 'comments', what: 'token' },
  ];
  const likes = plugin('likes', ({ bind }) => void bind(Likes).toDynamicValue(({ get }) => String(get(Thread))));

  test('is reported with its tokens and their plugins, but without tokens that only lead into it', () => {
    const { get } = openContainer([
      likes,
      plugin('comments', ({ bind }) => void bind(Thread).toDynamicValue(({ get }) => get(Likes))),
      plugin('app', ({ bind }) => void bind(Front).toDynamicValue(({ get }) => get(Thread))),
    ]);
    const error = refusalOf(() => get(Front));
    expect(error).toMatchObject({
      code: 'TOKEN_CYCLE',
      exitCode: 14,
      message:
        'These values depend on each other: "comments.thread" (comments) -> "likes" (likes) -> ' +
        '"comments.thread" (comments).',
      details: { path },
    });
    expect(error.hint).toContain('store `get` and call it when the value is used');
  });

  test('is detected through decorated constructors', () => {
    const { get } = openContainer([likes, plugin('comments', ({ bind }) => void bind(Thread).to(decorated(Likes)))]);
    expect(refusalOf(() => get(Thread))).toMatchObject({ code: 'TOKEN_CYCLE', details: { path } });
  });

  test('is detected through decorations and contributions', () => {
    const Routes = contributionPoint<object>('http.routes');
    const Server = token<object>('http');
    const through = openContainer([
      plugin('http', ({ bind }) => void bind(Server).toDynamicValue(({ get }) => get.all(Routes))),
      plugin('likes', ({ contribute }) => contribute(Routes, ({ get }) => get(Server))),
    ]);
    expect(refusalOf(() => through.get(Server)).message).toContain(
      '"http" (http) -> a contribution to "http.routes" (likes) -> "http" (http)',
    );
    const wrapped = openContainer([
      plugin('http', ({ bind }) => bind(Server).toConstantValue({})),
      plugin('likes', ({ decorate }) => decorate(Server, (_, { get }) => get(Server))),
    ]);
    expect(refusalOf(() => wrapped.get(Server))).toMatchObject({ code: 'TOKEN_CYCLE' });
  });

  test('does not exist if one side resolves the other only on use', () => {
    const Ping = token<{ readonly count: (n: number) => number }>('likes.ping');
    const Pong = token<{ readonly count: (n: number) => number }>('comments.pong');
    const { get } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(Ping).toDynamicValue(({ get }) => ({ count: (n) => (n === 0 ? 0 : 1 + get(Pong).count(n - 1)) }));
      }),
      plugin('comments', ({ bind }) => {
        bind(Pong).toDynamicValue(({ get }) => {
          const ping = get(Ping);
          return { count: (n) => (n === 0 ? 0 : 1 + ping.count(n - 1)) };
        });
      }),
    ]);
    expect(get(Pong).count(5)).toBe(5);
  });

  test('leaves the container usable: other tokens still resolve, and the same error is reported again', () => {
    const { get } = openContainer([
      likes,
      plugin('comments', ({ bind }) => void bind(Thread).toDynamicValue(({ get }) => get(Likes))),
      plugin('app', ({ bind }) => bind(Front).toConstantValue('front')),
    ]);
    expect(refusalOf(() => get(Thread)).code).toBe('TOKEN_CYCLE');
    expect(get(Front)).toBe('front');
    expect(refusalOf(() => get(Thread)).code).toBe('TOKEN_CYCLE');
  });
});

describe('a value that cannot be created', () => {
  test('is not reported as a missing binding if the reason mentions a token', () => {
    const { get } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(Likes).toDynamicValue(() => {
          throw new Error(`no use for ${String(Likes.id)}`);
        });
      }),
    ]);
    expect(refusalOf(() => get(Likes))).toMatchObject({ code: 'TOKEN_FAILED', details: { plugin: 'likes' } });
  });

  test('is reported with its token, its plugin, the first line of the error, and the error as its cause', () => {
    const cause = new Error('no disk\nsecond line');
    const { get } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(Likes).toDynamicValue(() => {
          throw cause;
        });
      }),
      plugin('app', ({ bind }) => void bind(Front).toDynamicValue(({ get }) => get(Likes))),
    ]);
    const error = refusalOf(() => get(Front));
    expect(error).toMatchObject({
      code: 'TOKEN_FAILED',
      exitCode: 12,
      message: 'The plugin "likes" could not create "likes", needed for "app.front" (app): no disk.',
      cause,
    });
  });

  test('is created again on the next call', () => {
    let tries = 0;
    const { get } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(Likes).toDynamicValue(() => {
          tries += 1;
          if (tries === 1) throw new Error('not yet');
          return `after ${tries}`;
        });
      }),
    ]);
    expect(refusalOf(() => get(Likes)).code).toBe('TOKEN_FAILED');
    expect(get(Likes)).toBe('after 2');
  });

  test('is rejected if it is a promise, which would have neither an order nor a time limit', async () => {
    const late = token<Promise<string>>('likes.late');
    const { get } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(late).toDynamicValue(() => Promise.reject(new Error('never handled')));
      }),
    ]);
    const error = refusalOf(() => get(late));
    expect(error).toMatchObject({
      code: 'TOKEN_ASYNC',
      exitCode: 12,
      message: 'The plugin "likes" returned a promise for "likes.late" (likes).',
    });
    expect(error.hint).toContain('belongs in start()');
    // An unhandled rejection would end this process.
    await setImmediate();
  });
});
