import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ancestorsOf } from '../../src/graph/ancestors.ts';
import { shortestChain } from '../../src/graph/shortest-chain.ts';
import { draw } from './drawing.ts';
import { graphOf, scenes } from './random-graph.ts';

const graph = draw(`
  core:     c1 <- c2 <- c3
  likes:    l1 <- l2 <- l3         l1 needs core@c1 l3 needs core@c2
  lists:    m1                     m1 needs likes@l1
`);

/** Writes a chain with the edge before each revision. */
function chain(from: string, to: string): string | null {
  const links = shortestChain(graph, from.split(' '), to);
  return links?.map(({ id, edge }) => (edge === null ? id : `${edge} ${id}`)).join(', ') ?? null;
}

describe('the shortest chain of edges', () => {
  it.each([
    ['core@c1', 'core@c1', 'core@c1'],
    ['core@c3', 'core@c1', 'core@c3, revises core@c2, revises core@c1'],
    ['likes@l3', 'core@c1', 'likes@l3, dependsOn core@c2, revises core@c1'],
    ['lists@m1 likes@l3', 'likes@l1', 'lists@m1, dependsOn likes@l1'],
    ['core@c1', 'likes@l1', null],
  ])('from %s to %s is %s', (from, to, expected) => {
    expect(chain(from, to)).toBe(expected);
  });

  test('exists exactly for what is needed, follows edges, and no step of it can be left out', () => {
    fc.assert(
      fc.property(scenes, fc.nat(), fc.nat(), (scene, a, b) => {
        const { order, byId } = graphOf(scene);
        fc.pre(order.length > 0);
        const from = order[a % order.length]?.id ?? '';
        const to = order[b % order.length]?.id ?? '';
        const links = shortestChain(graphOf(scene), [from], to);
        expect(links !== null).toBe(from === to || ancestorsOf(graphOf(scene), from).has(to));
        links?.forEach(({ id, edge }, i) => {
          const before = byId.get(links[i - 1]?.id ?? '');
          expect(edge === null ? i : before?.[edge]).toEqual(edge === null ? 0 : expect.arrayContaining([id]));
          const later = new Set(links.slice(i + 2).map((link) => link.id));
          expect(byId.get(id)?.needs.filter((need) => later.has(need))).toEqual([]);
        });
      }),
      { numRuns: 300 },
    );
  });
});
