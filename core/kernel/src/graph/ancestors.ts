import type { RevisionGraph } from './revision-graph.ts';

/** All that a revision stands on, directly or not: what is applied before it, whatever the target. Without itself. */
export function ancestorsOf({ byId }: RevisionGraph, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [...(byId.get(id)?.needs ?? [])];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    left.push(...(byId.get(next)?.needs ?? []));
  }
  return found;
}
