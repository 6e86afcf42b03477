import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContainerPlugin } from '../../src/container/container-plugin.ts';
import { openContainer } from '../../src/container/open-container.ts';
import { contributionPoint } from '../../src/contract/contribution-point.ts';
import { token } from '../../src/contract/token.ts';
import { pluginDepths } from '../../src/graph/plugin-depth.ts';
import { decorated, plugin, type Needy } from './support.ts';

/** A token of a plugin: the kind of its binding, and the tokens that its value is built from. */
interface RandomBinding {
  readonly name: string;
  readonly type: 'class' | 'constant' | 'dynamic';
  readonly needs: readonly string[];
}

interface RandomPlugin {
  readonly name: string;
  readonly requires: readonly string[];
  readonly bindings: readonly RandomBinding[];
  readonly decorates: readonly string[];
  readonly contributes: readonly string[];
}

const some = (values: readonly string[], most: number): fc.Arbitrary<readonly string[]> =>
  fc.subarray([...values], { maxLength: Math.min(most, values.length) });

const points = ['p0.things', 'p1.things', 'gone.things'];

/**
 * Plugins with requirements, bindings that need tokens of any plugin (without cycles), decorations and contributions.
 */
const pluginSets: fc.Arbitrary<readonly RandomPlugin[]> = fc
  .array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 6 })
  .chain((counts) => {
    const names = counts.map((_, i) => `p${i}`);
    // A random order in which a token may need only earlier tokens. It is independent of the plugin order.
    const tokens = counts.flatMap((count, i) => Array.from({ length: count }, (_, j) => `p${i}.t${j}`));
    return fc.shuffledSubarray(tokens, { minLength: tokens.length }).chain((ranked) => {
      const bindings = ranked.map((name, rank) =>
        fc.record({
          name: fc.constant(name),
          type: fc.constantFrom('class', 'constant', 'dynamic'),
          needs: some(ranked.slice(0, rank), 2),
        }),
      );
      const rest = names.map((name, i) =>
        fc.record({
          name: fc.constant(name),
          requires: some(names.slice(0, i), 3),
          decorates: some(tokens, 3),
          contributes: some(points, 3),
        }),
      );
      return fc
        .tuple(fc.tuple(...bindings), fc.tuple(...rest))
        .map(([all, plugins]) =>
          plugins.map((one) =>
            Object.assign(one, { bindings: all.filter(({ name }) => name.startsWith(`${one.name}.`)) }),
          ),
        );
    });
  });

/** Writes the plugin as an author would. A value is a string of its token, its owner and the values it needs. */
function asPlugin({ name, bindings, decorates, contributes }: RandomPlugin): ContainerPlugin {
  return plugin(name, ({ bind, contribute, decorate }) => {
    for (const binding of bindings) {
      const { type, needs } = binding;
      const ids = needs.map((need) => token<unknown>(need));
      const to = bind(token<unknown>(binding.name));
      const text = (values: readonly unknown[]): string => textOf(binding.name, name, values);
      if (type === 'class') to.to(withText(decorated(...ids), text));
      else if (type === 'dynamic') to.toDynamicValue(({ get }) => text(ids.map((id) => get(id))));
      else to.toConstantValue(text([]));
    }
    for (const other of decorates) decorate(token<unknown>(other), (inner) => `${name}[${String(inner)}]`);
    for (const point of contributes) contribute(contributionPoint<string>(point), `${name} to ${point}`);
  });
}

/** Makes instances of a class return a string of their needs. */
function withText(constructor: new () => Needy, text: (values: readonly unknown[]) => string): new () => Needy {
  const prototype: unknown = constructor.prototype;
  Object.assign(prototype as Needy, {
    toString(this: Needy): string {
      return text(this.needs);
    },
  });
  return constructor;
}

const textOf = (name: string, owner: string, values: readonly unknown[]): string =>
  `${name} of ${owner}(${values.map(String).join(', ')})`;

/** Sorts plugins in plugin order: requirements first, ties by name. */
function inPluginOrder(plugins: readonly RandomPlugin[]): readonly RandomPlugin[] {
  const depth = pluginDepths(new Map(plugins.map(({ name, requires }) => [name, requires])));
  const of = (name: string): number => depth.get(name) ?? 0;
  return plugins.toSorted((a, b) => of(a.name) - of(b.name) || (a.name < b.name ? -1 : 1));
}

/** Computes the expected value of a token without a container. The plugins are in plugin order. */
function expected(plugins: readonly RandomPlugin[], name: string): string {
  const owner = plugins.find(({ bindings }) => bindings.some((binding) => binding.name === name));
  const binding = owner?.bindings.find((other) => other.name === name);
  if (owner === undefined || binding === undefined) throw new Error(`no such token: ${name}`);
  const needs = binding.type === 'constant' ? [] : binding.needs;
  const plain = textOf(
    name,
    owner.name,
    needs.map((need) => expected(plugins, need)),
  );
  const wrapping = plugins.filter(({ decorates }) => decorates.includes(name));
  return wrapping.reduce((inner, by) => `${by.name}[${inner}]`, plain);
}

const tokensOf = (plugins: readonly RandomPlugin[]): readonly string[] =>
  plugins.flatMap(({ bindings }) => bindings.map(({ name }) => name));

const shuffled = <T>(values: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.shuffledSubarray([...values], { minLength: values.length });

describe('for any plugins', () => {
  test('every token resolves to its owner’s binding, in any load order and any resolution order', () => {
    fc.assert(
      fc.property(
        pluginSets.chain((plugins) => {
          const plain = plugins.map((one) => ({ ...one, decorates: [] }));
          return fc.tuple(shuffled(plain), shuffled(tokensOf(plugins)), fc.constantFrom(...plugins));
        }),
        ([plugins, names, { name: asker }]) => {
          const container = openContainer(plugins.map(asPlugin));
          for (const name of names) {
            expect(String(container.getOf(asker)(token(name)))).toBe(expected(plugins, name));
            expect(container.explain(name)?.owner).toBe(plugins.find((one) => name.startsWith(`${one.name}.`))?.name);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('the order of plugins in the config affects no value and no order of decorations or contributions', () => {
    fc.assert(
      fc.property(
        pluginSets.chain((plugins) => fc.tuple(fc.constant(plugins), shuffled(plugins), shuffled(tokensOf(plugins)))),
        ([plugins, config, names]) => {
          const order = inPluginOrder(plugins);
          const { get } = openContainer(inPluginOrder(config).map(asPlugin));
          for (const name of names) expect(String(get(token(name)))).toBe(expected(order, name));
          for (const point of points) {
            expect(get.all(contributionPoint<string>(point)).map((one) => one.plugin)).toEqual(
              order.filter(({ contributes }) => contributes.includes(point)).map(({ name }) => name),
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
