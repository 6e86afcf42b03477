import type { RevisionGraph } from './revision-graph.ts';

/**
 * Returns every revision that must be applied before `id`, through any number of edges. Does not include `id`. A
 * revision that the graph does not have has no ancestors.
 */
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
