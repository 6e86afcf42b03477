import fc from 'fast-check';
import type { RevisionInput } from '../../src/graph/graph-revision.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import type { RevisionGraph } from '../../src/graph/revision-graph.ts';
import { pluginDepths } from '../../src/graph/plugin-depth.ts';

/** Plugins with their requirements and revisions, as an application activates them. */
export interface Scene {
  readonly requires: ReadonlyMap<string, readonly string[]>;
  readonly revisions: readonly RevisionInput[];
}

/**
 * Random scenes: core and up to five plugins, with up to seven revisions each. Plugin names do not sort by depth, and
 * ids do not sort by lineage. Most branches are chains; some have forks, merges and second bases. A revision may depend
 * on revisions of the plugins that its plugin requires.
 */
export const scenes: fc.Arbitrary<Scene> = fc
  .array(
    fc.record({
      requires: fc.array(fc.nat(9), { maxLength: 2 }),
      revisions: fc.array(
        fc.record({
          letter: fc.constantFrom('a', 'k', 'z', '0', '_'),
          // 0 is the previous revision, so most branches are chains.
          parents: fc.oneof(
            { weight: 6, arbitrary: fc.constant<number[]>([0]) },
            fc.array(fc.nat(9), { maxLength: 2 }),
          ),
          dependsOn: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 2 }),
        }),
        { maxLength: 7 },
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((plugins) => {
    const names = ['core', 'zoo', 'app', 'likes', 'bridge', 'messages'];
    const requires = new Map<string, readonly string[]>();
    const branches: string[][] = [];
    const revisions: RevisionInput[] = [];
    plugins.forEach((plugin, p) => {
      const name = names[p] ?? '';
      // A plugin requires only earlier plugins, so there is no cycle. Core requires none.
      const required = [...new Set(p === 0 ? [] : [0, ...plugin.requires.map((other) => other % p)])];
      requires.set(
        name,
        required.map((other) => names[other] ?? ''),
      );
      const ids = plugin.revisions.map((revision, r) => `${name}@${revision.letter}${r}`);
      branches.push(ids);
      plugin.revisions.forEach((revision, r) => {
        const from = required.map((other) => branches[other] ?? []).filter((branch) => branch.length > 0);
        revisions.push({
          id: ids[r] ?? '',
          revises: r === 0 ? null : revision.parents.map((back) => ids[r - 1 - (back % r)] ?? ''),
          dependsOn: revision.dependsOn.flatMap(([other, at]) => {
            const branch = from[other % Math.max(1, from.length)] ?? [];
            const id = branch[at % Math.max(1, branch.length)];
            return id === undefined ? [] : [id];
          }),
        });
      });
    });
    return { requires, revisions };
  });

/** Builds the graph of a scene, ordered by the depths of its plugins. */
export function graphOf(scene: Scene): RevisionGraph {
  return revisionGraph(scene.revisions, { depth: pluginDepths(scene.requires) });
}

/** Scenes with applied revisions: some random picks and everything they need. */
export const histories: fc.Arbitrary<{
  readonly scene: Scene;
  readonly graph: RevisionGraph;
  readonly applied: readonly string[];
}> = fc.tuple(scenes, fc.array(fc.nat(99), { maxLength: 4 })).map(([scene, picks]) => {
  const graph = graphOf(scene);
  const applied = new Set(picks.flatMap((pick) => graph.order[pick % Math.max(1, graph.order.length)]?.id ?? []));
  for (const revision of graph.order.toReversed()) {
    if (applied.has(revision.id)) for (const id of revision.needs) applied.add(id);
  }
  return { scene, graph, applied: [...applied].toSorted() };
});

/** Returns the same values in another order. */
export function shuffled<T>(values: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}
