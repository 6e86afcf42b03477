import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { drawGraph, type DrawnState } from '../../src/graph/drawing.ts';
import { draw } from './drawing.ts';
import { graphOf, scenes } from './random-graph.ts';

/** Lists the labels of a folded drawing, in which the revisions of `pending` are not applied. */
function folded(text: string, pending: readonly string[] = []): readonly string[] {
  const drawing = drawGraph(draw(text), (id) => (pending.includes(id) ? 'pending' : 'applied'), { fold: true });
  return drawing.branches.flatMap(({ nodes }) => nodes.map(({ label }) => label));
}

describe('folding draws a chain as one', () => {
  it.each([
    ['of three revisions', 'core: c1 <- c2 <- c3', ['c1 … c3 (3)']],
    ['but not one of two', 'core: c1 <- c2', ['c1', 'c2']],
    [
      'up to a revision that another branch needs',
      'core: a <- b <- c <- d <- e\n likes: l    l needs core@d',
      ['a … c (3)', 'd', 'e', 'l'],
    ],
    ['up to a fork', 'core: a <- b <- c <- d\n core: d <- e\n core: d <- f', ['a … c (3)', 'd', 'e', 'f']],
  ])('%s', (_, text, expected) => {
    expect(folded(text)).toEqual(expected);
  });

  it('whose revisions all have the same state', () => {
    expect(folded('core: a <- b <- c <- d <- e <- f', ['core@d', 'core@e', 'core@f'])).toEqual([
      'a … c (3)',
      'd … f (3)',
    ]);
  });
});

test('a revision to keep, and a breaking one, are in no chain', () => {
  const { order, ...others } = draw('core: a <- b <- c <- d <- e <- f <- g <- h');
  const graph = { ...others, order: order.map((one) => (one.slug === 'h' ? { ...one, breaking: true } : one)) };
  const { branches } = drawGraph(graph, () => 'applied', { fold: true, keep: ['core@d'] });
  expect(branches[0]?.nodes.map(({ label }) => label)).toEqual(['a … c (3)', 'd', 'e … g (3)', 'h']);
});

test('a folded drawing has every revision once, and the edges between different nodes', () => {
  fc.assert(
    fc.property(scenes, fc.func(fc.constantFrom<DrawnState>('applied', 'pending')), (scene, stateOf) => {
      const graph = graphOf(scene);
      const { branches, edges } = drawGraph(graph, stateOf, { fold: true });
      const nodes = branches.flatMap((branch) => branch.nodes);
      expect(nodes.flatMap(({ revisions }) => revisions).toSorted()).toEqual([...graph.byId.keys()].toSorted());
      const nameOf = new Map(nodes.flatMap(({ name, revisions }) => revisions.map((id) => [id, name])));
      const expected = graph.order.flatMap(({ id, needs }) =>
        needs
          .map((need) => `${nameOf.get(need)} ${nameOf.get(id)}`)
          .filter((edge) => new Set(edge.split(' ')).size > 1),
      );
      expect(edges.map(({ from, to }) => `${from} ${to}`).toSorted()).toEqual(expected.toSorted());
      for (const { revisions, state } of nodes) for (const id of revisions) expect(stateOf(id)).toBe(state);
    }),
    { numRuns: 300 },
  );
});
