import { describe, expect, test } from 'vitest';
import { openContainer } from '../../src/container/open-container.ts';
import { token } from '../../src/contract/token.ts';
import { refusalOf } from '../graph/refusal.ts';
import { decorated, plugin, type Needy } from './support.ts';

const Greeting = token<string>('core.greeting');
const core = plugin('core', ({ bind }) => bind(Greeting).toConstantValue('hello'));
const wraps = (name: string, before = '', after = '') =>
  plugin(name, ({ decorate }) => decorate(Greeting, (inner) => `${before}${name}(${inner})${after}`));

describe('decorations', () => {
  test('apply in plugin order, the first one innermost', () => {
    expect(openContainer([core, wraps('a'), wraps('b')]).get(Greeting)).toBe('b(a(hello))');
    expect(openContainer([core, wraps('b'), wraps('a')]).get(Greeting)).toBe('a(b(hello))');
  });

  test('apply to bindings of plugins that are loaded later, and to the plugin’s own bindings', () => {
    const own = plugin('core', ({ bind, decorate }) => {
      decorate(Greeting, (inner) => `${inner}!`);
      bind(Greeting).toConstantValue('hello');
    });
    expect(openContainer([wraps('a'), own]).get(Greeting)).toBe('a(hello)!');
  });

  test('wrap a singleton once, and every value in transient scope', () => {
    let wrapped = 0;
    const Each = token<object>('core.each');
    const Once = token<object>('core.once');
    const { get } = openContainer([
      plugin('core', ({ bind }) => {
        bind(Once).toDynamicValue(() => ({}));
        bind(Each)
          .toDynamicValue(() => ({}))
          .inTransientScope();
      }),
      plugin('audit', ({ decorate }) => {
        for (const one of [Once, Each]) {
          decorate(one, (inner) => {
            wrapped += 1;
            return { inner };
          });
        }
      }),
    ]);
    expect(get(Once)).toBe(get(Once));
    expect(wrapped).toBe(1);
    expect(get(Each)).not.toBe(get(Each));
    expect(wrapped).toBe(3);
  });

  test('apply to values injected into decorated constructors, and resolve tokens as their own plugin', () => {
    const Suffix = token<string>('audit.suffix');
    const Reader = token<Needy>('core.reader');
    const audit = plugin(
      'audit',
      ({ bind, decorate }) => {
        bind(Suffix).toConstantValue(' (audited)');
        decorate(Greeting, (inner, { get }) => inner + get(Suffix));
      },
      [],
    );
    const reads = plugin('core', ({ bind }) => {
      bind(Greeting).toConstantValue('hello');
      bind(Reader).to(decorated(Greeting));
    });
    expect(openContainer([reads, audit]).get(Reader).needs).toEqual(['hello (audited)']);
  });

  test('of a token whose plugin is inactive have no effect', () => {
    const { get, explain } = openContainer([
      plugin('a', ({ bind, decorate }) => {
        decorate(token<string>('likes'), (inner) => inner);
        bind(token<string>('a')).toConstantValue('a');
      }),
    ]);
    expect(get(token('a'))).toBe('a');
    expect(explain('likes')).toMatchObject({ state: 'absent', binding: null, decoratedBy: ['a'] });
  });

  test('of a token that its active plugin does not bind are rejected, suggesting the nearest name', () => {
    const typo = plugin('a', ({ decorate }) => decorate(token<string>('core.greting'), (inner) => inner));
    expect(refusalOf(() => openContainer([core, typo]))).toMatchObject({
      code: 'TOKEN_UNBOUND',
      written: 'Nothing was written.',
      message:
        'The plugin "a" decorates the token "core.greting", but nothing is bound to it: its plugin, "core", is active but ' +
        'does not bind it; did you mean "core.greeting"?',
    });
  });

  test('that throw or return a promise are reported with their own plugin', () => {
    const throws = plugin('a', ({ decorate }) => {
      decorate(Greeting, () => {
        throw new Error('no voice');
      });
    });
    expect(refusalOf(() => openContainer([core, throws]).get(Greeting))).toMatchObject({
      code: 'TOKEN_FAILED',
      message: 'The plugin "a" could not decorate "core.greeting": no voice.',
    });
    const Late = token<Promise<number>>('core.late');
    const late = plugin('core', ({ bind, decorate }) => {
      bind(Late).toConstantValue(undefined as never);
      decorate(Late, () => Promise.resolve(1));
    });
    expect(refusalOf(() => openContainer([late]).get(Late))).toMatchObject({ code: 'TOKEN_ASYNC' });
  });
});
