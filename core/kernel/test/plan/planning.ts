import { appliedHeads } from '../../src/graph/heads-and-bases.ts';
import type { RevisionGraph } from '../../src/graph/revision-graph.ts';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';
import type { DowngradeOptions } from '../../src/plan/downgrade-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';

/** The effect of a plan on a database: the steps it runs, and the resulting applied heads. */
export interface Effect {
  readonly steps: string;
  readonly heads: string;
}

/** Splits a list of ids separated by spaces: `core@c1 likes@l1`. */
export function ids(text: string): readonly string[] {
  return text.split(' ').filter((id) => id !== '');
}

/** Plans an upgrade from `applied` and returns its effect. */
export function upgrade(graph: RevisionGraph, applied: string, targets: string | readonly string[]): Effect {
  return effectOf(graph, ids(applied), upgradePlan(graph, ids(applied), targets));
}

/** Plans a downgrade from `applied` and returns its effect. */
export function downgrade(graph: RevisionGraph, applied: string, target: string, options?: DowngradeOptions): Effect {
  return effectOf(graph, ids(applied), downgradePlan(graph, ids(applied), target, options));
}

/** Returns the ids applied after `plan` has run. */
export function after(applied: Iterable<string>, plan: Plan): ReadonlySet<string> {
  const done = new Set(applied);
  for (const step of plan.steps) {
    if (step.direction === 'up') done.add(step.id);
    else done.delete(step.id);
  }
  return done;
}

function effectOf(graph: RevisionGraph, applied: readonly string[], plan: Plan): Effect {
  return {
    steps: plan.steps.map((step) => step.id).join(' '),
    heads: appliedHeads(graph, after(applied, plan)).join(' '),
  };
}
