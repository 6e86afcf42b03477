import type { Needs } from './topological-order.ts';

/**
 * The shortest cycle of a graph as a path that ends where it began: `[a, b, a]`, or `[a, a]` for a node that needs
 * itself. It begins at its least node; of several as short, the one with the least such node is given. `null` without
 * a cycle.
 */
export function shortestCycle(needs: Needs): readonly number[] | null {
  const graph = withoutEnds(needs);
  let best: readonly number[] | null = null;
  needs.forEach((_, start) => {
    if (!graph.has(start)) return;
    best = shorterCycleThrough(start, needs, graph.has, best?.length ?? Infinity) ?? best;
    // Every cycle through `start` has now been seen. Without it most of its ring falls apart, so that even a ring of
    // all revisions costs one search, not one for each of them.
    graph.remove(start);
  });
  return best;
}

/** Breadth-first from `start` back to `start`, in fewer than `limit` places; `null` if there is no such way. */
function shorterCycleThrough(
  start: number,
  needs: Needs,
  has: (node: number) => boolean,
  limit: number,
): readonly number[] | null {
  const cameFrom = new Map<number, number>();
  let layer: readonly number[] = [start];
  // A way found from the n-th layer has n + 1 places, the return to `start` included.
  for (let places = 2; layer.length > 0 && places < limit; places++) {
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

/** The part of a graph that has cycles: whatever needs nothing, or is needed by nothing, falls off again and again. */
function withoutEnds(needs: Needs): { has: (node: number) => boolean; remove: (node: number) => void } {
  const dependents: number[][] = needs.map(() => []);
  needs.forEach((list, node) => list.forEach((need) => dependents[need]?.push(node)));
  const counts = [needs.map((list) => list.length), dependents.map((list) => list.length)] as const;
  const gone = new Set<number>();
  const remove = (first: number): void => {
    const falling = [first];
    for (let node = falling.pop(); node !== undefined; node = falling.pop()) {
      if (gone.has(node)) continue;
      gone.add(node);
      for (const [neighbours, count] of [
        [dependents, counts[0]],
        [needs, counts[1]],
      ] as const) {
        for (const neighbour of neighbours[node] ?? []) {
          const left = (count[neighbour] ?? 0) - 1;
          count[neighbour] = left;
          if (left === 0) falling.push(neighbour);
        }
      }
    }
  };
  needs.forEach((_, node) => {
    if (counts[0][node] === 0 || counts[1][node] === 0) remove(node);
  });
  return { has: (node) => !gone.has(node), remove };
}
