import type { EdgeKind } from '../error/codes/graph.ts';
import { revisionEdges } from './edges.ts';
import type { RevisionGraph } from './revision-graph.ts';

/** A revision in a chain of edges. */
export interface ChainLink {
  readonly id: string;
  /** The edge that leads to it from the revision before it in the chain; `null` at the beginning. */
  readonly edge: EdgeKind | null;
}

/**
 * Returns the shortest chain of edges from one of the revisions `from` to `to`: each revision needs the next one. Among
 * chains of equal length, one that begins earlier in `from` and follows `revises` comes first. Returns `null` if there is
 * none.
 *
 * @example
 * shortestChain(graph, ['likes@0002'], 'core@0001');
 * // [{ id: 'likes@0002', edge: null }, { id: 'likes@0001', edge: 'revises' }, { id: 'core@0001', edge: 'dependsOn' }]
 */
export function shortestChain(
  { byId }: RevisionGraph,
  from: readonly string[],
  to: string,
): readonly ChainLink[] | null {
  const cameFrom = new Map<string, ChainLink | null>(from.map((id) => [id, null]));
  let layer = from;
  while (layer.length > 0 && !cameFrom.has(to)) {
    const next: string[] = [];
    for (const id of layer) {
      const revision = byId.get(id);
      for (const { edge, to: need } of revision === undefined ? [] : revisionEdges(revision)) {
        if (cameFrom.has(need)) continue;
        cameFrom.set(need, { id, edge });
        next.push(need);
      }
    }
    layer = next;
  }
  if (!cameFrom.has(to)) return null;
  const chain: ChainLink[] = [];
  for (let id: string | undefined = to; id !== undefined;) {
    const before: ChainLink | null = cameFrom.get(id) ?? null;
    chain.push({ id, edge: before?.edge ?? null });
    id = before?.id;
  }
  return chain.toReversed();
}
