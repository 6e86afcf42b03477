import type { Node } from 'libpg-query';

/** Every node in a tree of the parser, in no order that means something. Not by recursion: a tree may be deep. */
export function nodesIn(root: unknown): readonly Node[] {
  const nodes: Node[] = [];
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    // A node is an object of one key, which says what it is; what else matches is asked for nothing that it has.
    if (!Array.isArray(value)) nodes.push(value as Node);
    // One by one: a list may have more items than a call takes arguments.
    for (const [, inside] of Object.entries(value) as [string, unknown][]) left.push(inside);
  }
  return nodes;
}
