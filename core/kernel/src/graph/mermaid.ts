import type { Drawing, DrawnNode } from './drawing.ts';

const styles = {
  pending: 'stroke-dasharray: 4',
  dormant: 'opacity: 0.5',
  ahead: 'stroke-width: 3px',
} as const;

/**
 * Writes a drawing as a Mermaid flowchart: a box per plugin, solid arrows along a branch from base to head, dotted arrows
 * for dependencies. A pending revision has a dashed border, a dormant one is pale, and one that the code does not know
 * has a thick border.
 */
export function toMermaid({ branches, edges }: Drawing): string {
  const boxes = branches.flatMap(({ plugin, dormant, nodes }, i) => [
    `  subgraph b${i}["${plugin}${dormant ? ' (dormant)' : ''}"]`,
    ...nodes.map((node) => `    ${node.name}["${node.label}"]${classOf(node)}`),
    '  end',
  ]);
  const arrows = edges.map(({ from, to, kind }) => `  ${from} ${kind === 'revises' ? '-->' : '-.->'} ${to}`);
  const used = new Set(branches.flatMap(({ nodes }) => nodes.map(({ state }) => state)));
  const classes = Object.entries(styles).flatMap(([name, style]) =>
    used.has(name as keyof typeof styles) ? [`  classDef ${name} ${style}`] : [],
  );
  return ['flowchart LR', ...boxes, ...arrows, ...classes].join('\n');
}

function classOf({ state }: DrawnNode): string {
  return state === null || state === 'applied' ? '' : `:::${state}`;
}
