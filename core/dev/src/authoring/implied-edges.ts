import { ancestorsOf, type RevisionGraph } from '@headwater/kernel/internal/graph';
import type { RevisionDraft } from './revision-source.ts';

/** Returns edges without those that follow from the others or from the revised revision: no proof fails without them. */
export function withoutImplied<Edges extends Pick<RevisionDraft, 'revises' | 'dependsOn'>>(
  edges: Edges,
  graph: RevisionGraph,
): Edges {
  const { revises, dependsOn } = edges;
  const others = [
    ...(typeof revises === 'string' ? [revises] : (revises ?? [])),
    ...dependsOn.map(({ revision }) => revision),
  ];
  const implied = new Set(others.flatMap((id) => [...ancestorsOf(graph, id)]));
  return { ...edges, dependsOn: dependsOn.filter(({ revision }) => !implied.has(revision)) };
}
