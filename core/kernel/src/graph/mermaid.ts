import type { RevisionGraph } from './revision-graph.ts';

/**
 * The branches as a Mermaid flowchart: a box for each plugin, solid arrows along a branch from base to head, dotted ones
 * from what a revision depends on. What is not applied has a dashed border; dormant plugins say so.
 */
export function mermaidOf(graph: RevisionGraph, applied: Iterable<string> = []): string {
  const done = new Set(applied);
  // Numbers, since a slug may be a word of Mermaid's own, like `end`.
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
