import { appliedHeads } from '../graph/lineage.ts';
import { upgradePlan } from '../plan/upgrade-plan.ts';
import type { Blueprint, State } from './state.ts';

/** What the database has of one branch. */
export interface BranchStatus {
  readonly plugin: string;
  /** `dormant`: applied, while the plugin is not active. */
  readonly state: 'active' | 'dormant';
  readonly package: string | null;
  readonly version: string | null;
  /** Its last applied revisions; more than one only in the middle of a merge. */
  readonly current: readonly string[];
  readonly applied: number;
  readonly pending: readonly string[];
  /** Applied, and unknown to the code that is here. */
  readonly ahead: readonly string[];
}

/** Says for each branch what is applied, pending, dormant or ahead. By plugin name, `core` first. */
export function statusOf(blueprint: Blueprint, state: State): readonly BranchStatus[] {
  const { graph, history } = state;
  const pending = upgradePlan(graph, history.applied, 'heads').steps;
  const current = appliedHeads(graph, history.applied);
  const branches = Array.from(graph.branches, ([plugin, revisions]): BranchStatus => {
    const active = blueprint.set.byName.get(plugin);
    return {
      plugin,
      state: active === undefined ? 'dormant' : 'active',
      package: active?.package ?? null,
      version: active?.version ?? null,
      current: current.filter((id) => graph.byId.get(id)?.plugin === plugin),
      applied: revisions.filter(({ id }) => history.applied.has(id)).length,
      pending: pending.filter((step) => step.plugin === plugin).map((step) => step.id),
      ahead: history.ahead.filter((row) => row.plugin === plugin).map((row) => row.id),
    };
  });
  return branches.toSorted((a, b) => Number(b.plugin === 'core') - Number(a.plugin === 'core'));
}
