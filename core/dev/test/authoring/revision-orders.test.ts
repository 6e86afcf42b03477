import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movedLast, neighborSwaps, randomFrom, randomOrder } from '../../src/authoring/revision-orders.ts';
import { revisionGraph } from '../../../kernel/src/graph/revision-graph.ts';
import { scenes } from '../../../kernel/test/graph/random-graph.ts';

describe('a random order', () => {
  it('has every revision once, after everything that it needs', () => {
    fc.assert(
      fc.property(scenes, fc.nat(), ({ revisions }, seed) => {
        const { order } = revisionGraph(revisions);
        const drawn = randomOrder(order, randomFrom(seed));
        expect(drawn.toSorted()).toEqual(order.map(({ id }) => id).toSorted());
        for (const { id, needs } of order) {
          for (const need of needs) expect(drawn.indexOf(need)).toBeLessThan(drawn.indexOf(id));
        }
      }),
    );
  });

  it('is the same for the same seed, and usually different for another seed', () => {
    const { order } = revisionGraph(['a', 'b', 'c', 'd', 'e'].map((name) => ({ id: `${name}@1`, revises: null })));
    const drawn = (seed: number): string => randomOrder(order, randomFrom(seed)).join(' ');
    expect(drawn(7)).toBe(drawn(7));
    expect(new Set(Array.from({ length: 50 }, (_, seed) => drawn(seed))).size).toBeGreaterThan(20);
  });
});

describe('an order with some revisions moved last', () => {
  it('satisfies every edge, and moves only these revisions and those that need them', () => {
    fc.assert(
      fc.property(scenes, fc.nat(), ({ revisions }, pick) => {
        const { order } = revisionGraph(revisions);
        const chosen = order[pick % order.length];
        if (chosen === undefined) return;
        const ids = movedLast(order, new Set([chosen.id]));
        for (const { id, needs } of order) {
          for (const need of needs) expect(ids.indexOf(need)).toBeLessThan(ids.indexOf(id));
        }
        const early = ids.slice(0, ids.indexOf(chosen.id));
        expect(early).toEqual(order.map(({ id }) => id).filter((id) => early.includes(id)));
      }),
    );
  });
});

describe('neighbor swaps', () => {
  it('turn one order into the other, and each swaps two neighbors that are in the wrong order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f'], { minLength: 6 }), (to) => {
        const from = ['a', 'b', 'c', 'd', 'e', 'f'];
        const steps = neighborSwaps(from, to);
        expect(steps[0]).toEqual(from);
        expect(steps.at(-1)).toEqual(to);
        steps.slice(1).forEach((step, i) => {
          const before = steps[i] ?? [];
          const moved = step.flatMap((id, at) => (id === before[at] ? [] : [at]));
          expect(moved).toHaveLength(2);
          const [left = 0, right = 0] = moved;
          expect(right - left).toBe(1);
          expect(to.indexOf(step[left] ?? '')).toBeLessThan(to.indexOf(step[right] ?? ''));
        });
      }),
    );
  });
});
