import { describe, expect, test } from 'vitest';
import { openContainer } from '../../src/container/open-container.ts';
import { token } from '../../src/contract/token.ts';
import { refusalOf } from '../graph/refusal.ts';
import { Needy, plugin } from './support.ts';

interface Clock {
  readonly now: () => number;
}

const Clock = token<Clock>('core.clock');
const Likes = token<{ readonly at: number }>('likes');

describe('a binding', () => {
  test('is a class, a constant, or a function that may resolve other tokens', () => {
    class Stopped implements Clock {
      now(): number {
        return 7;
      }
    }
    const Limit = token<number>('likes.limit');
    const { get } = openContainer([
      plugin('core', ({ bind }) => void bind(Clock).to(Stopped)),
      plugin('likes', ({ bind }) => {
        bind(Limit).toConstantValue(30);
        bind(Likes).toDynamicValue(({ get }) => ({ at: get(Clock).now() + get(Limit) }));
      }),
    ]);
    expect(get(Clock)).toBeInstanceOf(Stopped);
    expect(get(Limit)).toBe(30);
    expect(get(Likes)).toEqual({ at: 37 });
  });

  test('is created once and shared, unless it has transient scope', () => {
    const Each = token<object>('likes.each');
    const Once = token<object>('likes.once');
    const EachClass = token<object>('likes.each-class');
    const OnceClass = token<object>('likes.once-class');
    const { get, getOf } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(OnceClass).to(Needy);
        bind(EachClass).to(Needy).inTransientScope();
        bind(Once).toDynamicValue(() => ({}));
        bind(Each)
          .toDynamicValue(() => ({}))
          .inTransientScope();
      }),
    ]);
    expect(get(Once)).toBe(getOf('likes')(Once));
    expect(get(Each)).not.toBe(get(Each));
    expect(get(OnceClass)).toBe(get(OnceClass));
    expect(get(EachClass)).not.toBe(get(EachClass));
  });

  test('can be resolved by a plugin that is loaded earlier', () => {
    const { get } = openContainer([
      plugin('core', ({ bind }) => void bind(Clock).toDynamicValue(({ get }) => ({ now: () => get(Likes).at }))),
      plugin('likes', ({ bind }) => bind(Likes).toConstantValue({ at: 3 })),
    ]);
    expect(get(Clock).now()).toBe(3);
  });

  test('is created when it is first resolved, not during bind or when the container is opened', () => {
    const made: string[] = [];
    const { get } = openContainer([
      plugin('core', ({ bind }) => {
        bind(Clock).toDynamicValue(() => {
          made.push('clock');
          return { now: () => 0 };
        });
      }),
    ]);
    expect(made).toEqual([]);
    get(Clock);
    get(Clock);
    expect(made).toEqual(['clock']);
  });

  test('may have a value that is false, empty or undefined', () => {
    const Nothing = token<undefined>('likes.nothing');
    const Off = token<boolean>('likes.off');
    const { get } = openContainer([
      plugin('likes', ({ bind }) => {
        bind(Nothing).toConstantValue(undefined);
        bind(Off).toConstantValue(false);
      }),
    ]);
    expect(get(Nothing)).toBeUndefined();
    expect(get(Off)).toBe(false);
  });

  test('may use its plugin’s options', () => {
    const Limit = token<unknown>('likes.limit');
    const likes = { ...plugin('likes', ({ bind, config }) => bind(Limit).toConstantValue(config)), options: { n: 3 } };
    expect(openContainer([likes]).get(Limit)).toEqual({ n: 3 });
  });
});

describe('a token belongs to one owner,', () => {
  test('the plugin that its name begins with, and no other plugin may bind it', () => {
    const error = refusalOf(() =>
      openContainer([plugin('likes'), plugin('comments', ({ bind }) => bind(Likes).toConstantValue({ at: 1 }))]),
    );
    expect(error).toMatchObject({
      code: 'TOKEN_OWNED_TWICE',
      exitCode: 14,
      message: 'The plugin "comments" binds the token "likes", which by its name belongs to the plugin "likes".',
      written: 'Nothing was written.',
    });
    expect(error.hint).toContain('decorate(token, wrap)');
  });

  test('even if that plugin is inactive, and even if another plugin’s name is a prefix of its name', () => {
    const bindsIn = (owner: string, name: string) => () =>
      openContainer([plugin(owner, ({ bind }) => bind(token<number>(name)).toConstantValue(1))]);
    expect(refusalOf(bindsIn('comments', 'likes.votes'))).toMatchObject({ code: 'TOKEN_OWNED_TWICE' });
    expect(refusalOf(bindsIn('like', 'likes'))).toMatchObject({ code: 'TOKEN_OWNED_TWICE' });
    expect(bindsIn('likes', 'likes.votes')).not.toThrow();
  });

  test('who may bind it only once', () => {
    const twice = [
      plugin('likes', ({ bind }) => {
        bind(Likes).toConstantValue({ at: 1 });
        bind(token<{ readonly at: number }>('likes')).toConstantValue({ at: 2 });
      }),
    ];
    expect(refusalOf(() => openContainer(twice))).toMatchObject({
      code: 'TOKEN_OWNED_TWICE',
      message: 'The plugin "likes" binds the token "likes" twice.',
    });
    const oneBindTwoValues = plugin('likes', ({ bind }) => {
      const to = bind(Likes);
      to.toConstantValue({ at: 1 });
      to.toConstantValue({ at: 2 });
    });
    expect(refusalOf(() => openContainer([oneBindTwoValues]))).toMatchObject({ code: 'TOKEN_OWNED_TWICE' });
  });
});

describe('a token', () => {
  test('is identified by its name, wherever it is created', () => {
    const { get } = openContainer([plugin('likes', ({ bind }) => bind(Likes).toConstantValue({ at: 1 }))]);
    expect(get(token<{ readonly at: number }>('likes'))).toBe(get(Likes));
  });

  test.each([
    '',
    'Likes',
    'likes.',
    '.votes',
    'likes.votes.each',
    'likes votes',
    'lïkes',
    `${'a'.repeat(40)}.b`,
    '__proto__',
  ])('is rejected if its name does not contain a plugin name: %j', (name) => {
    const error = refusalOf(() => openContainer([plugin('likes', ({ bind }) => void bind(token(name)))]));
    expect(error).toMatchObject({ code: 'TOKEN_INVALID', exitCode: 12 });
    expect(error.message).toContain('In phase "bind" the plugin "likes" passed');
  });

  test('cannot be a class, a string, or undefined (as seen by two modules that import each other)', () => {
    class LikesService {
      readonly at = 1;
    }
    const { get, getOf } = openContainer([plugin('likes')]);
    const refused = (value: unknown) => refusalOf(() => getOf('likes')(value as never)).message;
    expect(refused(LikesService)).toBe(
      'In phase "get" the plugin "likes" passed the function or class "LikesService" where a token is expected.',
    );
    expect(refused('likes')).toContain('passed the string "likes" where');
    expect(refused(undefined)).toContain('passed undefined where');
    expect(refusalOf(() => get(null as never)).message).toContain('the application passed null where');
  });
});
