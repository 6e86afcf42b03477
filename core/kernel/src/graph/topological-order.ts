import { heapPop, heapPush } from './heap.ts';

/** A graph on the numbers 0 to n-1: `needs[i]` are those that come before `i`, each once. */
export type Needs = readonly (readonly number[])[];

/**
 * Kahn's walk: of the nodes whose needs are all taken, always takes the one of least rank, and of those with the same the
 * least. `rankOf` is asked once for each node, when its needs have been taken, and gives a whole number from 0, which
 * times n must be exact. Nodes on a cycle, and what stands on them, are left out, so a result shorter than `needs` means
 * a cycle.
 *
 * What is taken next depends on nothing but what is ready. So leaving out nodes that no other needs (a plugin that is
 * not active) changes no relative order of the others, as long as `rankOf` looks at nothing else but needs.
 */
export function readyOrder(needs: Needs, rankOf: (node: number) => number): readonly number[] {
  const dependents: number[][] = needs.map(() => []);
  const missing: number[] = [];
  // Rank and node in one number: at each boot thousands of them are compared by code that has just been read.
  const ready: number[] = [];
  const enter = (node: number): void => heapPush(ready, rankOf(node) * needs.length + node);
  needs.forEach((list, node) => {
    missing.push(list.length);
    for (const need of list) dependents[need]?.push(node);
    if (list.length === 0) enter(node);
  });
  const order: number[] = [];
  for (let least = heapPop(ready); least !== undefined; least = heapPop(ready)) {
    const node = least % needs.length;
    order.push(node);
    for (const dependent of dependents[node] ?? []) {
      const left = (missing[dependent] ?? 0) - 1;
      missing[dependent] = left;
      if (left === 0) enter(dependent);
    }
  }
  return order;
}
