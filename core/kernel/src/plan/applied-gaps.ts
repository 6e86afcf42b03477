import { kernelError } from '../error/kernel-codes.ts';
import { revisionEdges } from '../graph/edges.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';

/**
 * Checks that everything that an applied revision revises or depends on is applied too; otherwise no plan would be
 * reliable. Ignores applied ids that are not in the graph, since their edges are unknown. Throws HISTORY_INCONSISTENT.
 */
export function assertNoGaps(graph: RevisionGraph, applied: Iterable<string>): void {
  const done = new Set(applied);
  const gaps = graph.order
    .filter((revision) => done.has(revision.id) && revision.needs.some((id) => !done.has(id)))
    .flatMap((revision) => revisionEdges(revision).map(({ edge, to }) => ({ id: revision.id, edge, missing: to })))
    .filter(({ missing }) => !done.has(missing));
  if (gaps.length > 0) throw kernelError('HISTORY_INCONSISTENT', { gaps });
}
