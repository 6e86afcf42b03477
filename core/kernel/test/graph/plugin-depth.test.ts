import { describe, expect, test } from 'vitest';
import { pluginDepths } from '../../src/graph/plugin-depth.ts';
import { refusalOf } from './refusal.ts';

const requires = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

describe('the depth of a plugin', () => {
  test('is the longest chain of requirements down to core', () => {
    //  core <- likes <- bridge <- app
    //  core <- comments <---------/
    expect(
      Object.fromEntries(
        pluginDepths(
          requires({ app: ['comments', 'bridge'], bridge: ['likes'], comments: [], likes: ['core'], core: [] }),
        ),
      ),
    ).toEqual({ core: 0, likes: 1, comments: 1, bridge: 2, app: 3 });
  });

  test('is 0 for core and 1 for a plugin that requires nothing, even one that is only named as a requirement', () => {
    expect(Object.fromEntries(pluginDepths(requires({ likes: ['tags'] })))).toEqual({ core: 0, likes: 2, tags: 1 });
    expect(Object.fromEntries(pluginDepths(new Map()))).toEqual({ core: 0 });
  });

  test('does not overflow the stack on a chain of 20,000', () => {
    const chain = new Map(Array.from({ length: 20_000 }, (_, i) => [`p${i}`, i === 0 ? [] : [`p${i - 1}`]]));
    expect(pluginDepths(chain).get('p19999')).toBe(20_000);
  });

  test('is rejected for a cycle, with the shortest path', () => {
    const error = refusalOf(() => pluginDepths(requires({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['c'], e: ['a'] })));
    expect(error).toMatchObject({ code: 'REQUIRES_CYCLE', exitCode: 14, details: { path: ['c', 'd', 'c'] } });
    expect(error.message).toContain('c -> d -> c');
  });

  test('is rejected for a plugin that requires itself', () => {
    expect(refusalOf(() => pluginDepths(requires({ a: ['a'] })))).toMatchObject({
      code: 'REQUIRES_CYCLE',
      details: { path: ['a', 'a'] },
    });
  });

  test('is rejected if core requires a plugin, since every plugin requires core', () => {
    expect(refusalOf(() => pluginDepths(requires({ core: ['likes'], likes: [] })))).toMatchObject({
      code: 'REQUIRES_CYCLE',
      details: { path: ['core', 'likes', 'core'] },
    });
  });
});
