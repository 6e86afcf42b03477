import { expect, test } from 'vitest';
import { drawGraph, type DrawnState } from '../../src/graph/drawing.ts';
import { toDot } from '../../src/graph/dot.ts';
import { toMermaid } from '../../src/graph/mermaid.ts';
import { draw } from './drawing.ts';

const graph = draw(`
  core:     c1 <- c2
  likes:    l1 <- end            l1 needs core@c1
  (old):    o1
`);

const states: Readonly<Record<string, DrawnState>> = {
  'core@c2': 'pending',
  'likes@end': 'ahead',
  'old@o1': 'dormant',
};
const drawing = drawGraph(graph, (id) => states[id] ?? 'applied');

test('a Mermaid flowchart has a box per branch, solid arrows for lineage, dotted ones for dependencies, and states', () => {
  expect(toMermaid(drawing)).toBe(
    [
      'flowchart LR',
      '  subgraph b0["core"]',
      '    r1["c1"]',
      '    r4["c2"]:::pending',
      '  end',
      '  subgraph b1["likes"]',
      '    r2["l1"]',
      '    r3["end"]:::ahead',
      '  end',
      '  subgraph b2["old (dormant)"]',
      '    r0["o1"]:::dormant',
      '  end',
      '  r1 -.-> r2',
      '  r2 --> r3',
      '  r1 --> r4',
      '  classDef pending stroke-dasharray: 4',
      '  classDef dormant opacity: 0.5',
      '  classDef ahead stroke-width: 3px',
    ].join('\n'),
  );
});

test('DOT has the same as clusters, edges and borders', () => {
  expect(toDot(drawing)).toBe(
    [
      'digraph headwater {',
      '  rankdir=LR;',
      '  node [shape=box];',
      '  subgraph cluster_0 {',
      '    label="core";',
      '    r1 [label="c1"];',
      '    r4 [label="c2", style=dashed];',
      '  }',
      '  subgraph cluster_1 {',
      '    label="likes";',
      '    r2 [label="l1"];',
      '    r3 [label="end", style=bold];',
      '  }',
      '  subgraph cluster_2 {',
      '    label="old (dormant)";',
      '    r0 [label="o1", style=dotted];',
      '  }',
      '  r1 -> r2 [style=dotted];',
      '  r2 -> r3;',
      '  r1 -> r4;',
      '}',
    ].join('\n'),
  );
});
