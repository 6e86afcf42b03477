import { expect, test } from 'vitest';
import { toMermaid } from '../../src/graph/mermaid.ts';
import { draw } from './drawing.ts';

test('a Mermaid flowchart has one box per branch, solid arrows for lineage and dotted arrows for dependencies', () => {
  const graph = draw(`
    core:     c1 <- c2
    likes:    l1 <- end            l1 needs core@c1
    (old):    o1
  `);
  expect(toMermaid(graph, ['core@c1', 'likes@l1', 'old@o1'])).toBe(
    [
      'flowchart LR',
      '  subgraph b0["core"]',
      '    r1["c1"]',
      '    r4["c2"]:::pending',
      '  end',
      '  subgraph b1["likes"]',
      '    r2["l1"]',
      '    r3["end"]:::pending',
      '  end',
      '  subgraph b2["old (dormant)"]',
      '    r0["o1"]',
      '  end',
      '  r1 -.-> r2',
      '  r2 --> r3',
      '  r1 --> r4',
      '  classDef pending stroke-dasharray: 4',
    ].join('\n'),
  );
});
