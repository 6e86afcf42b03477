import type { Drawing, DrawnNode } from './drawing.ts';

const styles = { applied: '', pending: 'dashed', dormant: 'dotted', ahead: 'bold' } as const;

/**
 * Writes a drawing in the DOT language of Graphviz: a cluster per plugin, solid arrows along a branch from base to head,
 * dotted arrows for dependencies. The border of a revision shows its state: dashed is pending, dotted is dormant, and
 * bold is unknown to the code.
 */
export function toDot({ branches, edges }: Drawing): string {
  const clusters = branches.flatMap(({ plugin, dormant, nodes }, i) => [
    `  subgraph cluster_${i} {`,
    `    label="${plugin}${dormant ? ' (dormant)' : ''}";`,
    ...nodes.map((node) => `    ${node.name} [label="${node.label}"${styleOf(node)}];`),
    '  }',
  ]);
  const arrows = edges.map(({ from, to, kind }) => `  ${from} -> ${to}${kind === 'revises' ? '' : ' [style=dotted]'};`);
  return ['digraph headwater {', '  rankdir=LR;', '  node [shape=box];', ...clusters, ...arrows, '}'].join('\n');
}

function styleOf({ state }: DrawnNode): string {
  const style = state === null ? '' : styles[state];
  return style === '' ? '' : `, style=${style}`;
}
