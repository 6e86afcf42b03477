import type { RevisionGraph } from './revision-graph.ts';

/**
 * Draws the branches as a Mermaid flowchart: a box per plugin, solid arrows along a branch from base to head, dotted
 * arrows for dependencies. Revisions that are not applied have a dashed border; dormant plugins are labeled.
 */
export function toMermaid(graph: RevisionGraph, applied: Iterable<string> = []): string {
  const done = new Set(applied);
  // Nodes are numbered because a slug may be a Mermaid keyword, such as `end`.
  const name = new Map(graph.order.map((revision, i) => [revision.id, `r${i}`]));
  const boxes = [...graph.branches].flatMap(([plugin, branch], i) => [
    `  subgraph b${i}["${plugin}${branch.every((revision) => revision.dormant) ? ' (dormant)' : ''}"]`,
    ...branch.map(({ id, slug }) => `    ${name.get(id)}["${slug}"]${done.has(id) ? '' : ':::pending'}`),
    '  end',
  ]);
  const arrows = graph.order.flatMap((revision) =>
    revision.needs.map((id) => {
      const arrow = revision.revises.includes(id) ? '-->' : '-.->';
      return `  ${name.get(id)} ${arrow} ${name.get(revision.id)}`;
    }),
  );
  return ['flowchart LR', ...boxes, ...arrows, '  classDef pending stroke-dasharray: 4'].join('\n');
}
