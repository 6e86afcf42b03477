import type { RevisionGraph } from './revision-graph.ts';

/**
 * Returns every revision that must be applied before `id`, directly or indirectly. Does not include `id`. Returns an
 * empty result if the graph does not contain `id`.
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
