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

/** Returns every revision that `start` needs, or that needs `start`, directly or not. Includes `start`. */
function closure(graph: RevisionGraph, start: Iterable<string>, towards: 'needs' | 'dependents'): ReadonlySet<string> {
  const found = new Set(start);
  // Iterating over a set also visits elements added during the iteration.
  for (const id of found) {
    for (const revision of graph.order) {
      if (towards === 'needs' && revision.id === id) for (const need of revision.needs) found.add(need);
      if (towards === 'dependents' && revision.needs.includes(id)) found.add(revision.id);
    }
  }
  return found;
}

/** Runs a plan step by step. After each step, everything that an applied revision needs must be applied. */
function expectConsistent(graph: RevisionGraph, applied: readonly string[], plan: Plan): void {
  let current: ReadonlySet<string> = new Set(applied);
  for (const step of plan.steps) {
    expect(current.has(step.id)).toBe(step.direction === 'down');
    current = after(current, { steps: [step] });
    assertNoGaps(graph, current);
  }
}

/** Picks one revision or the heads as the target. */
function pickTarget(graph: RevisionGraph, pick: number): string {
  return graph.order[pick % (graph.order.length + 1)]?.id ?? 'heads';
}

describe('every upgrade', () => {
  test('runs every unapplied revision that its target needs, and is consistent after each step', () => {
    fc.assert(
      fc.property(histories, fc.nat(99), ({ graph, applied }, pick) => {
        const target = pickTarget(graph, pick);
        const plan = upgradePlan(graph, applied, target);
        const needed = closure(graph, target === 'heads' ? heads(graph) : [target], 'needs');
        expect(stepIds(plan).toSorted()).toEqual([...needed].filter((id) => !applied.includes(id)).toSorted());
        expectConsistent(graph, applied, plan);
      }),
      { numRuns: 2_000 },
    );
  });

  test('follows the global order: planning again after any step returns the remaining steps', () => {
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

  test('to heads leaves nothing pending', () => {
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
  test('with cascade removes the later lineage and everything that needs it, and is consistent after each step', () => {
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
        expectConsistent(graph, applied, plan);
      }),
      { numRuns: 2_000 },
    );
  });

  test('without cascade yields the same plan, or is rejected, naming the blocking revisions', () => {
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

  test('to base removes everything in the exact reverse order', () => {
    fc.assert(
      fc.property(histories, ({ graph, applied }) => {
        const order = graph.order.map((revision) => revision.id).filter((id) => applied.includes(id));
        expect(stepIds(downgradePlan(graph, applied, 'base'))).toEqual(order.toReversed());
      }),
      { numRuns: 500 },
    );
  });
});

test('a plan is byte-for-byte the same for any listing order of revisions and applied ids', () => {
  const mixed = histories.chain(({ scene, graph, applied }) =>
    fc.record({
      scene: fc.constant(scene),
      graph: fc.constant(graph),
      applied: fc.constant(applied),
      revisions: shuffled(scene.revisions),
      shuffledApplied: shuffled(applied),
      pick: fc.nat(99),
    }),
  );
  fc.assert(
    fc.property(mixed, ({ scene, graph, applied, revisions, shuffledApplied, pick }) => {
      const other = graphOf({ ...scene, revisions });
      const target = pickTarget(graph, pick);
      const up = [upgradePlan(graph, applied, target), upgradePlan(other, shuffledApplied, target)] as const;
      expect(JSON.stringify(up[1])).toBe(JSON.stringify(up[0]));
      expect(explainPlan(up[1])).toBe(explainPlan(up[0]));
      const kept = target === 'heads' ? 'base' : target;
      const down = [
        downgradePlan(graph, applied, kept, { cascade: true }),
        downgradePlan(other, shuffledApplied, kept, { cascade: true }),
      ] as const;
      expect(JSON.stringify(down[1])).toBe(JSON.stringify(down[0]));
    }),
    { numRuns: 1_000 },
  );
});
