import { describe, expect, test } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { bases, heads, headsAmong } from '../../src/graph/heads-and-bases.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import type { RevisionGraph } from '../../src/graph/revision-graph.ts';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import { idOf, isComparable, labelsOf, readSample, revisionsOfSample } from './alembic-sample.ts';
import type { AlembicGraph, AlembicOp } from './alembic-sample.ts';
import { refusalOf } from './refusal.ts';

const sample = readSample();
const sound = sample.filter((graph) => graph.kind === 'valid');

/** Headwater's error for each kind of broken graph. The omitted kinds concern labels, which Headwater does not have. */
const codes: Readonly<Record<string, string>> = {
  cycle: 'REVISION_CYCLE',
  'self-loop': 'REVISION_CYCLE',
  'dep-cycle': 'REVISION_CYCLE',
  'dep-cycle-cross': 'REVISION_CYCLE',
  'dep-self-loop': 'REVISION_CYCLE',
  'missing-parent': 'DEPENDENCY_UNKNOWN',
  'missing-dep': 'DEPENDENCY_UNKNOWN',
  'missing-dep-label': 'DEPENDENCY_UNKNOWN',
  'duplicate-id': 'REVISION_DUPLICATE',
};

/** Yields the recorded commands with a sound answer, each with its graph and the applied revisions. */
function* soundOps(graphs: readonly AlembicGraph[]): Generator<{
  readonly source: AlembicGraph;
  readonly graph: RevisionGraph;
  readonly applied: readonly string[];
  readonly op: AlembicOp;
  readonly run: readonly string[];
}> {
  for (const source of graphs) {
    const graph = revisionGraph(revisionsOfSample(source));
    for (const state of source.states ?? []) {
      for (const op of state.ops) {
        const isSound = op.table_error === undefined && op.bad_order === undefined;
        if (state.applied === null || op.run === undefined || !isSound) continue;
        yield { source, graph, applied: state.applied.map(idOf), op, run: op.run.map(idOf).toSorted() };
      }
    }
  }
}

/** Converts a target to Headwater's syntax. Returns `null` if it has no equivalent. */
function targetOf(source: AlembicGraph, graph: RevisionGraph, op: AlembicOp): string | readonly string[] | null {
  const [label = '', rest] = op.to.split('@');
  if (op.to === 'heads' || op.to === 'head') return 'heads';
  if (op.to === 'base') return 'base';
  if (/^[+-]/.test(op.to)) {
    // A bare number of steps is meaningful only if there is one branch.
    const [plugin] = graph.branches.keys();
    return graph.branches.size === 1 ? `${plugin}@${op.to}` : null;
  }
  const labelled = labelsOf(source).get(label);
  if (rest === undefined) return idOf(op.to);
  if (labelled === undefined) return null;
  const plugin = labelled.slice(0, 1);
  if (rest === 'base' || /^[+-]/.test(rest)) return `${plugin}@${rest}`;
  // A label in the middle of a branch has separate heads, which only ids can name.
  const branch = headsAmong(graph.branches.get(plugin) ?? []);
  return branch.length === 1 ? `${plugin}@head` : branch.filter((head) => descendsFrom(graph, head, idOf(labelled)));
}

function descendsFrom(graph: RevisionGraph, head: string, label: string): boolean {
  if (head === label) return true;
  return (graph.byId.get(head)?.revises ?? []).some((parent) => descendsFrom(graph, parent, label));
}

/** Runs `steps` one by one, starting from `applied`. Everything that a step needs must be applied before it. */
function expectOrder(source: AlembicGraph, applied: readonly string[], steps: readonly string[]): void {
  const done = new Set(applied);
  for (const step of steps) {
    const needs = (source.edges ?? []).flatMap(([before, after]) => (idOf(after) === step ? [idOf(before)] : []));
    expect(
      needs.filter((need) => !done.has(need)),
      `graph ${source.n}, unmet needs of ${step}`,
    ).toEqual([]);
    done.add(step);
  }
}

describe('Headwater gives the same answer as Alembic, if Alembic’s is sound,', () => {
  test('for heads and bases, even with parents on other branches', () => {
    expect(sound).toHaveLength(217);
    for (const source of sound) {
      const graph = revisionGraph(revisionsOfSample(source));
      expect(heads(graph)).toEqual(source.heads?.map(idOf));
      expect(bases(graph)).toEqual(source.bases?.map(idOf));
      expectOrder(
        source,
        [],
        graph.order.map((revision) => revision.id),
      );
    }
  });

  test('for the revisions that an upgrade runs, in an order that respects every edge', () => {
    let compared = 0;
    for (const { source, graph, applied, op, run } of soundOps(sound.filter(isComparable))) {
      const targets = targetOf(source, graph, op);
      if (op.op !== 'upgrade' || targets === null) continue;
      const steps = upgradePlan(graph, applied, targets).steps.map((step) => step.id);
      expect(steps.toSorted(), `graph ${source.n}, upgrade ${op.to}`).toEqual(run);
      expectOrder(source, applied, steps);
      compared++;
    }
    expect(compared).toBe(2_640);
  });

  test('for an upgrade to heads or to a revision, even with parents or dependencies on unusual branches', () => {
    let compared = 0;
    for (const { source, graph, applied, op, run } of soundOps(sound.filter((graph) => !isComparable(graph)))) {
      // Other targets depend on a revision's branch, which the two define differently by design.
      if (op.op !== 'upgrade' || /[@+]/.test(op.to)) continue;
      const target = op.to === 'heads' || op.to === 'head' ? 'heads' : idOf(op.to);
      const steps = upgradePlan(graph, applied, target).steps.map((step) => step.id);
      expect(steps.toSorted(), `graph ${source.n}, upgrade ${op.to}`).toEqual(run);
      expectOrder(source, applied, steps);
      compared++;
    }
    expect(compared).toBe(534);
  });

  test('for the revisions that a cascading downgrade runs, in an order that respects every edge', () => {
    let compared = 0;
    let ambiguous = 0;
    for (const { source, graph, applied, op, run } of soundOps(sound.filter(isComparable))) {
      const target = targetOf(source, graph, op);
      if (op.op !== 'downgrade' || typeof target !== 'string') continue;
      try {
        const steps = downgradePlan(graph, applied, target, { cascade: true }).steps.map((step) => step.id);
        expect(steps.toSorted(), `graph ${source.n}, downgrade ${op.to}`).toEqual(run);
        expectOrder(
          source,
          applied.filter((id) => !steps.includes(id)),
          steps.toReversed(),
        );
        compared++;
      } catch (error) {
        // One step down from a merge or from two heads: Alembic picks one of the two parents.
        if (op.to !== '-1' || !isKernelError(error, 'TARGET_AMBIGUOUS')) throw error;
        ambiguous++;
      }
    }
    expect({ compared, ambiguous }).toEqual({ compared: 1_857, ambiguous: 4 });
  });
});

describe('every broken graph is rejected with its error code', () => {
  const broken = sample.filter((graph) => codes[graph.kind] !== undefined);

  test.each(Object.keys(codes))('%s', (kind) => {
    const graphs = broken.filter((graph) => graph.kind === kind);
    expect(graphs.length).toBeGreaterThan(0);
    for (const source of graphs) {
      const error = refusalOf(() => revisionGraph(revisionsOfSample(source)));
      expect(error.code, `graph ${source.n}`).toBe(codes[kind]);
      if (error.code === 'REVISION_CYCLE') expectCycle(source, error.details);
    }
  });

  test('including the graphs that Alembic accepts', () => {
    expect(broken).toHaveLength(73);
    expect(broken.filter((graph) => graph.error === undefined)).toHaveLength(27);
  });
});

/** Checks that every arrow of a reported path is an edge. */
function expectCycle(source: AlembicGraph, details: unknown): void {
  const needs = new Map(
    revisionsOfSample(source).map(({ id, revises, dependsOn = [] }) => [id, [...(revises ?? []), ...dependsOn]]),
  );
  const { path } = details as { readonly path: readonly string[] };
  expect(path.length).toBeGreaterThan(1);
  expect(path.at(-1)).toBe(path[0]);
  path.slice(1).forEach((id, i) => expect(needs.get(path[i] ?? '')).toContain(id));
}
