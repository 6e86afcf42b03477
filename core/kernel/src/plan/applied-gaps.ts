import { kernelError } from '../error/kernel-codes.ts';
import { edgesOf } from '../graph/graph-revision.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';

/**
 * Whatever an applied revision revises or depends on must be applied too, or no plan can be trusted. Applied ids that
 * the graph does not have are let pass: they have no edges to judge. Throws HISTORY_INCONSISTENT.
 */
export function assertConsistent(graph: RevisionGraph, applied: Iterable<string>): void {
  const done = new Set(applied);
  const gaps = graph.order
    .filter((revision) => done.has(revision.id) && revision.needs.some((id) => !done.has(id)))
    .flatMap((revision) => edgesOf(revision).map(({ edge, to }) => ({ id: revision.id, edge, missing: to })))
    .filter(({ missing }) => !done.has(missing));
  if (gaps.length > 0) throw kernelError('HISTORY_INCONSISTENT', { gaps });
}
