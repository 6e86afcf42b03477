import { dequeue, enqueue } from './priority-queue.ts';

/** A graph on the numbers 0 to n-1: `needs[i]` lists the nodes that come before `i`, each once. */
export type Needs = readonly (readonly number[])[];

/**
 * Sorts a graph topologically (Kahn's algorithm). Of the nodes whose needs are all taken, it takes the one with the
 * lowest rank; equal ranks go to the lower number. `rankOf` is called once per node, after its needs have been taken.
 * It returns an integer from 0 that, multiplied by n, must still be exact. The result leaves out the nodes on a cycle
 * and everything that depends on them, so a result shorter than `needs` means that there is a cycle.
 *
 * The next node depends only on which nodes are ready. Leaving out nodes that no other node needs (a plugin that is not
 * active) therefore does not reorder the rest, as long as `rankOf` depends on nothing but needs.
 */
export function topologicalOrder(needs: Needs, rankOf: (node: number) => number): readonly number[] {
  const dependents: number[][] = needs.map(() => []);
  const missing: number[] = [];
  // One number holds both rank and node: each boot compares thousands of them in code that V8 has not optimized yet.
  const ready: number[] = [];
  const enter = (node: number): void => enqueue(ready, rankOf(node) * needs.length + node);
  needs.forEach((list, node) => {
    missing.push(list.length);
    for (const need of list) dependents[need]?.push(node);
    if (list.length === 0) enter(node);
  });
  const order: number[] = [];
  for (let least = dequeue(ready); least !== undefined; least = dequeue(ready)) {
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
