import { dequeue, enqueue } from './priority-queue.ts';

/** A graph on the numbers 0 to n-1: `needs[i]` lists the nodes that come before `i`, each once. */
export type Needs = readonly (readonly number[])[];

/**
 * Sorts a graph topologically (Kahn's algorithm). A node is ready once all its needs have been taken. The next node is
 * the ready one with the lowest rank, or among equal ranks the one with the lowest number. `rankOf` is called once per
 * node, when the node becomes ready. It returns a non-negative integer that must remain exact when multiplied by n. The
 * result omits the nodes on a cycle and everything that depends on them, so a result shorter than `needs` means that
 * there is a cycle.
 *
 * The choice of the next node depends only on which nodes are ready. Omitting nodes that no other node needs, such as
 * those of an inactive plugin, therefore does not reorder the rest, provided that `rankOf` depends only on needs.
 */
export function topologicalOrder(needs: Needs, rankOf: (node: number) => number): readonly number[] {
  const dependents: number[][] = needs.map(() => []);
  const missing: number[] = [];
  // One number encodes both rank and node, since each boot compares thousands of them before V8 optimizes the code.
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
