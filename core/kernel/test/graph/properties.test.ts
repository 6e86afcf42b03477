import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { bases, heads } from '../../src/graph/heads-and-bases.ts';
import { drawGraph } from '../../src/graph/drawing.ts';
import { pluginDepths } from '../../src/graph/plugin-depth.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import type { RevisionInput } from '../../src/graph/graph-revision.ts';
import { shortestCycle } from '../../src/graph/shortest-cycle.ts';
import { outcomeOf } from './refusal.ts';
import { graphOf, scenes, shuffled } from './random-graph.ts';
import type { Scene } from './random-graph.ts';

const parentsOf = ({ revises }: RevisionInput): readonly string[] =>
  typeof revises === 'string' ? [revises] : (revises ?? []);

/** Implements the order rule of design.md §6 literally: checks every ready revision at each step. */
function orderByTheBook({ requires, revisions }: Scene): readonly string[] {
  const depthOf = (plugin: string): number =>
    plugin === 'core' ? 0 : 1 + Math.max(0, ...(requires.get(plugin) ?? []).map(depthOf));
  const byId = new Map(revisions.map((revision) => [revision.id, revision]));
  const lineageOf = (id: string): number =>
    Math.max(0, ...parentsOf(byId.get(id) ?? { id, revises: null }).map((parent) => 1 + lineageOf(parent)));
  const keys = new Map(
    revisions.map(({ id }) => {
      const plugin = id.slice(0, id.indexOf('@'));
      return [id, [-depthOf(plugin), plugin, lineageOf(id), id] as const];
    }),
  );
  const before = (a: string, b: string): boolean => {
    const [left, right] = [keys.get(a) ?? [], keys.get(b) ?? []];
    const differing = left.findIndex((part, i) => part !== right[i]);
    return (left[differing] ?? 0) < (right[differing] ?? 0);
  };
  const taken: string[] = [];
  while (taken.length < revisions.length) {
    const ready = revisions.filter(
      ({ id, dependsOn = [], ...revision }) =>
        !taken.includes(id) && [...parentsOf({ id, ...revision }), ...dependsOn].every((need) => taken.includes(need)),
    );
    taken.push(ready.map((revision) => revision.id).reduce((a, b) => (before(b, a) ? b : a)));
  }
  return taken;
}

const orderIds = (scene: Scene): readonly string[] => graphOf(scene).order.map((revision) => revision.id);

describe('the order of a graph', () => {
  test('follows the ordering rule', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        expect(orderIds(scene)).toEqual(orderByTheBook(scene));
      }),
      { numRuns: 1_500 },
    );
  });

  test('is a linear extension of the edges', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const seen = new Set<string>();
        for (const revision of graphOf(scene).order) {
          expect(revision.needs.filter((need) => !seen.has(need))).toEqual([]);
          seen.add(revision.id);
        }
        expect(seen.size).toBe(scene.revisions.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is byte-for-byte the same for any listing order of revisions, edges and plugins', () => {
    const mixed = scenes.chain((scene) =>
      fc.record({
        scene: fc.constant(scene),
        revisions: shuffled(scene.revisions),
        requires: shuffled([...scene.requires]).map((entries) => new Map(entries)),
      }),
    );
    fc.assert(
      fc.property(mixed, ({ scene, revisions, requires }) => {
        const reversed = revisions.map((revision) => ({
          ...revision,
          revises: parentsOf(revision).toReversed(),
          dependsOn: [...(revision.dependsOn ?? []), ...(revision.dependsOn ?? [])].toReversed(),
        }));
        const [first, second] = [graphOf(scene), graphOf({ revisions: reversed, requires })];
        expect(JSON.stringify(second.order)).toBe(JSON.stringify(first.order));
        expect(JSON.stringify([...second.branches])).toBe(JSON.stringify([...first.branches]));
        expect(drawGraph(second, () => null)).toEqual(drawGraph(first, () => null));
      }),
      { numRuns: 1_000 },
    );
  });

  test('of other plugins does not change when a plugin that none of them requires is activated', () => {
    let reorderable = 0;
    fc.assert(
      fc.property(scenes, fc.nat(), (scene, pick) => {
        const required = new Set([...scene.requires.values()].flat());
        const loose = [...scene.requires.keys()].filter((name) => !required.has(name) && name !== 'core');
        const plugin = loose[pick % Math.max(1, loose.length)];
        fc.pre(plugin !== undefined);
        const isOther = (id: string): boolean => !id.startsWith(`${plugin}@`);
        const without = {
          requires: new Map([...scene.requires].filter(([name]) => name !== plugin)),
          revisions: scene.revisions.filter(({ id }) => isOther(id)),
        };
        expect(orderIds(scene).filter(isOther)).toEqual(orderIds(without));
        if (without.revisions.length > 3 && without.revisions.length < scene.revisions.length) reorderable++;
      }),
      { numRuns: 4_000 },
    );
    // Most trials must have contained revisions that could have been reordered.
    expect(reorderable).toBeGreaterThan(2_000);
  });
});

test('no revision revises a head, and a base revises nothing', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const graph = graphOf(scene);
      const revised = new Set(scene.revisions.flatMap(parentsOf));
      const all = scene.revisions.map((revision) => revision.id).toSorted();
      expect(heads(graph)).toEqual(all.filter((id) => !revised.has(id)));
      expect(bases(graph)).toEqual(
        scene.revisions.flatMap((revision) => (parentsOf(revision).length === 0 ? [revision.id] : [])).toSorted(),
      );
    }),
    { numRuns: 1_000 },
  );
});

describe('a broken graph', () => {
  const letters = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const small = fc.array(fc.record({ id: letters, revises: letters, dependsOn: fc.array(letters, { maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 7,
  });

  test('is rejected with a byte-for-byte identical error for any listing order', () => {
    const mixed = small.chain((edges) => {
      const revisions = edges.map(({ id, revises, dependsOn }, i) => ({
        id: `p@${id}`,
        revises: id === 'a' ? null : `p@${revises}`,
        dependsOn: dependsOn.map((need) => `p@${need}`),
        file: `${i}.ts`,
      }));
      return fc.tuple(fc.constant(revisions), shuffled(revisions));
    });
    const outcome = (revisions: readonly RevisionInput[]): string => {
      const graph = outcomeOf(() => revisionGraph(revisions));
      return JSON.stringify(isKernelError(graph) ? graph : graph.order);
    };
    fc.assert(
      fc.property(mixed, ([revisions, others]) => {
        expect(outcome(others)).toBe(outcome(revisions));
      }),
      { numRuns: 2_000 },
    );
  });

  test('has a cycle exactly if a shortest cycle is found, which begins at its lowest node', () => {
    const graphs = fc
      .integer({ min: 1, max: 8 })
      .chain((size) =>
        fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
      );
    fc.assert(
      fc.property(graphs, (needs) => {
        const cycle = shortestCycle(needs);
        const lengths = needs.map((_, start) => roundTrip(needs, start));
        const shortest = Math.min(...lengths);
        const path = cycle ?? [];
        expect(cycle === null ? Infinity : path.length - 1).toBe(shortest);
        expect(path[0]).toBe(cycle === null ? undefined : lengths.indexOf(shortest));
        expect(path.at(-1)).toBe(path[0]);
        for (const [i, node] of path.slice(0, -1).entries()) expect(needs[node]).toContain(path[i + 1]);
      }),
      { numRuns: 3_000 },
    );
  });
});

test('the depth of a plugin is one more than that of the deepest plugin it requires', () => {
  fc.assert(
    fc.property(scenes, ({ requires }) => {
      const depth = pluginDepths(requires);
      expect(depth.get('core')).toBe(0);
      for (const [name, required] of requires) {
        if (name === 'core') continue;
        expect(depth.get(name)).toBe(1 + Math.max(0, ...required.map((other) => depth.get(other) ?? NaN)));
      }
    }),
    { numRuns: 500 },
  );
});

/** Returns the number of edges on the shortest path from `start` back to `start`; Infinity without one. */
function roundTrip(needs: readonly (readonly number[])[], start: number): number {
  let reached = new Set(needs[start]);
  for (let length = 1; length <= needs.length; length++) {
    if (reached.has(start)) return length;
    reached = new Set([...reached].flatMap((node) => needs[node] ?? []));
  }
  return Infinity;
}
