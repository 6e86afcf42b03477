import { heapPop, heapPush } from './heap.ts';
import type { Precedes } from './heap.ts';

/** A graph on the numbers 0 to n-1: `needs[i]` are those that come before `i`, each once. */
export type Needs = readonly (readonly number[])[];

/**
 * Kahn's walk: of the nodes whose needs are all taken, always takes the one that precedes the others. `onReady` is called
 * for each node before it is first compared, when its needs have been taken. Nodes on a cycle, and what stands on them,
 * are left out, so a result shorter than `needs` means a cycle.
 *
 * What is taken next depends on nothing but what is ready. So leaving out nodes that no other needs (a plugin that is
 * not active) changes no relative order of the others, as long as `precedes` looks at nothing else.
 */
export function readyOrder(needs: Needs, precedes: Precedes, onReady?: (node: number) => void): readonly number[] {
  const dependents: number[][] = needs.map(() => []);
  const missing: number[] = [];
  const ready: number[] = [];
  const enter = (node: number): void => {
    onReady?.(node);
    heapPush(ready, node, precedes);
  };
  needs.forEach((list, node) => {
    missing.push(list.length);
    for (const need of list) dependents[need]?.push(node);
    if (list.length === 0) enter(node);
  });
  const order: number[] = [];
  for (let node = heapPop(ready, precedes); node !== undefined; node = heapPop(ready, precedes)) {
    order.push(node);
    for (const dependent of dependents[node] ?? []) {
      const left = (missing[dependent] ?? 0) - 1;
      missing[dependent] = left;
      if (left === 0) enter(dependent);
    }
  }
  return order;
}
