import type { Needs } from './topological-order.ts';

/**
 * Returns the shortest cycle of a graph as a path that ends where it began: `[a, b, a]`, or `[a, a]` for a node that
 * needs itself. The path begins at the lowest node of the cycle. If several cycles are equally short, the one that
 * begins at the lowest node is returned. Returns `null` if the graph has no cycle.
 */
export function shortestCycle(needs: Needs): readonly number[] | null {
  const graph = cyclicPart(needs);
  let best: readonly number[] | null = null;
  needs.forEach((_, start) => {
    if (!graph.has(start)) return;
    best = shorterCycleThrough(start, needs, graph.has, best?.length ?? Infinity) ?? best;
    // All cycles through `start` have been searched, so remove it. This also removes nodes that were in no other cycle:
    // if all revisions form one cycle, a single search suffices instead of one per revision.
    graph.remove(start);
  });
  return best;
}

/** Searches breadth-first for a path from `start` back to `start` with fewer than `limit` nodes; `null` if none. */
function shorterCycleThrough(
  start: number,
  needs: Needs,
  has: (node: number) => boolean,
  limit: number,
): readonly number[] | null {
  const cameFrom = new Map<number, number>();
  let layer: readonly number[] = [start];
  // A path found from the n-th layer has n + 1 nodes, counting `start` twice.
  for (let length = 2; layer.length > 0 && length < limit; length++) {
    const nextLayer: number[] = [];
    for (const node of layer) {
      for (const need of needs[node] ?? []) {
        if (need === start) return pathBack(start, node, cameFrom);
        if (!has(need) || cameFrom.has(need)) continue;
        cameFrom.set(need, node);
        nextLayer.push(need);
      }
    }
    layer = nextLayer;
  }
  return null;
}

function pathBack(start: number, last: number, cameFrom: ReadonlyMap<number, number>): readonly number[] {
  const path = [start];
  for (let node: number | undefined = last; node !== undefined && node !== start; node = cameFrom.get(node)) {
    path.push(node);
  }
  path.push(start);
  return path.toReversed();
}

/** Reduces a graph to the part with its cycles by repeatedly removing nodes that lack needs or dependents. */
function cyclicPart(needs: Needs): { has: (node: number) => boolean; remove: (node: number) => void } {
  const dependents: number[][] = needs.map(() => []);
  needs.forEach((list, node) => list.forEach((need) => dependents[need]?.push(node)));
  const counts = [needs.map((list) => list.length), dependents.map((list) => list.length)] as const;
  const removed = new Set<number>();
  const remove = (first: number): void => {
    const toRemove = [first];
    for (let node = toRemove.pop(); node !== undefined; node = toRemove.pop()) {
      if (removed.has(node)) continue;
      removed.add(node);
      for (const [neighbors, count] of [
        [dependents, counts[0]],
        [needs, counts[1]],
      ] as const) {
        for (const neighbor of neighbors[node] ?? []) {
          const left = (count[neighbor] ?? 0) - 1;
          count[neighbor] = left;
          if (left === 0) toRemove.push(neighbor);
        }
      }
    }
  };
  needs.forEach((_, node) => {
    if (counts[0][node] === 0 || counts[1][node] === 0) remove(node);
  });
  return { has: (node) => !removed.has(node), remove };
}
