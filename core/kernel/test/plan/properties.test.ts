import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { heads } from '../../src/graph/heads-and-bases.ts';
import type { RevisionGraph } from '../../src/graph/revision-graph.ts';
import { assertNoGaps } from '../../src/plan/applied-gaps.ts';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';
import { explainPlan } from '../../src/plan/explain-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import { graphOf, histories, shuffled } from '../graph/random-graph.ts';
import { outcomeOf } from '../graph/refusal.ts';
import { after } from './planning.ts';

const stepIds = (plan: Plan): readonly string[] => plan.steps.map((step) => step.id);

/** Revisions reached from `start` by the needs of each, or by what needs it. */
function closure(graph: RevisionGraph, start: Iterable<string>, towards: 'needs' | 'dependents'): ReadonlySet<string> {
  const found = new Set(start);
  // A set's iteration goes on over what is added on the way.
  for (const id of found) {
    for (const revision of graph.order) {
      if (towards === 'needs' && revision.id === id) for (const need of revision.needs) found.add(need);
      if (towards === 'dependents' && revision.needs.includes(id)) found.add(revision.id);
    }
  }
  return found;
}

/** Runs a plan step by step: after each, whatever is applied must have what it needs. */
function expectSafe(graph: RevisionGraph, applied: readonly string[], plan: Plan): void {
  let there: ReadonlySet<string> = new Set(applied);
  for (const step of plan.steps) {
    expect(there.has(step.id)).toBe(step.direction === 'down');
    there = after(there, { steps: [step] });
    assertNoGaps(graph, there);
  }
}

/** A target of one revision, or the heads. */
function pickTarget(graph: RevisionGraph, pick: number): string {
  return graph.order[pick % (graph.order.length + 1)]?.id ?? 'heads';
}

describe('every upgrade', () => {
  test('runs what its target needs, less what is applied, and is safe after each step', () => {
    fc.assert(
      fc.property(histories, fc.nat(99), ({ graph, applied }, pick) => {
        const target = pickTarget(graph, pick);
        const plan = upgradePlan(graph, applied, target);
        const needed = closure(graph, target === 'heads' ? heads(graph) : [target], 'needs');
        expect(stepIds(plan).toSorted()).toEqual([...needed].filter((id) => !applied.includes(id)).toSorted());
        expectSafe(graph, applied, plan);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is a part of the one order: after any of its steps the rest is what is planned', () => {
    fc.assert(
      fc.property(histories, fc.nat(99), ({ graph, applied }, pick) => {
        const target = pickTarget(graph, pick);
        const steps = upgradePlan(graph, applied, target).steps;
        for (let done = 0; done <= steps.length; done++) {
          const there = after(applied, { steps: steps.slice(0, done) });
          expect(upgradePlan(graph, there, target).steps).toEqual(steps.slice(done));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('to heads leaves nothing to do', () => {
    fc.assert(
      fc.property(histories, ({ graph, applied }) => {
        const there = after(applied, upgradePlan(graph, applied, 'heads'));
        expect(there.size).toBe(graph.order.length);
        expect(upgradePlan(graph, there, 'heads').steps).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('every downgrade', () => {
  test('with cascade removes the later lineage and all above it, and is safe after each step', () => {
    fc.assert(
      fc.property(histories, fc.nat(99), ({ graph, applied }, pick) => {
        const kept = graph.order[pick % Math.max(1, graph.order.length)];
        fc.pre(kept !== undefined);
        const plan = downgradePlan(graph, applied, kept.id, { cascade: true });
        const children = graph.order.filter((revision) => revision.revises.includes(kept.id));
        const above = closure(
          graph,
          children.map((child) => child.id),
          'dependents',
        );
        expect(stepIds(plan).toSorted()).toEqual(applied.filter((id) => above.has(id)));
        expectSafe(graph, applied, plan);
      }),
      { numRuns: 2_000 },
    );
  });

  test('without cascade is the same plan, or is refused naming who stands in the way', () => {
    const seen = { same: 0, refused: 0 };
    fc.assert(
      fc.property(histories, fc.nat(99), ({ graph, applied }, pick) => {
        const kept = graph.order[pick % Math.max(1, graph.order.length)];
        fc.pre(kept !== undefined);
        const target = pick % 2 === 0 ? kept.id : `${kept.plugin}@base`;
        const cascade = stepIds(downgradePlan(graph, applied, target, { cascade: true }));
        const plan = outcomeOf(() => downgradePlan(graph, applied, target));
        const blocked = isKernelError(plan, 'DOWNGRADE_BLOCKED') ? plan.details : null;
        expect(isKernelError(plan) ? blocked !== null : stepIds(plan).join() === cascade.join()).toBe(true);
        for (const { id, needs } of blocked?.dependents ?? []) {
          expect(graph.byId.get(id)?.needs).toContain(needs);
          expect(cascade).toContain(id);
          expect(cascade).toContain(needs);
          expect(blocked?.plugins).toContain(graph.byId.get(id)?.plugin);
        }
        if (blocked === null) seen.same++;
        else seen.refused++;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.same, seen.refused)).toBeGreaterThan(100);
  });

  test('to base removes all in the exact reverse of the order', () => {
    fc.assert(
      fc.property(histories, ({ graph, applied }) => {
        const order = graph.order.map((revision) => revision.id).filter((id) => applied.includes(id));
        expect(stepIds(downgradePlan(graph, applied, 'base'))).toEqual(order.toReversed());
      }),
      { numRuns: 500 },
    );
  });
});

test('a plan is the same, byte for byte, whatever order revisions and applied ids are listed in', () => {
  const mixed = histories.chain(({ scene, graph, applied }) =>
    fc.record({
      scene: fc.constant(scene),
      graph: fc.constant(graph),
      applied: fc.constant(applied),
      revisions: shuffled(scene.revisions),
      turned: shuffled(applied),
      pick: fc.nat(99),
    }),
  );
  fc.assert(
    fc.property(mixed, ({ scene, graph, applied, revisions, turned, pick }) => {
      const other = graphOf({ ...scene, revisions });
      const target = pickTarget(graph, pick);
      const up = [upgradePlan(graph, applied, target), upgradePlan(other, turned, target)] as const;
      expect(JSON.stringify(up[1])).toBe(JSON.stringify(up[0]));
      expect(explainPlan(up[1])).toBe(explainPlan(up[0]));
      const kept = target === 'heads' ? 'base' : target;
      const down = [
        downgradePlan(graph, applied, kept, { cascade: true }),
        downgradePlan(other, turned, kept, { cascade: true }),
      ] as const;
      expect(JSON.stringify(down[1])).toBe(JSON.stringify(down[0]));
    }),
    { numRuns: 1_000 },
  );
});
