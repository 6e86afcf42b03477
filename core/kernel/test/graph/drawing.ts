import { revisionGraph } from '../../src/graph/revision-graph.ts';
import type { GraphOptions, RevisionGraph } from '../../src/graph/revision-graph.ts';
import type { RevisionInput } from '../../src/graph/graph-revision.ts';

/**
 * Parses a drawing of a graph, one chain per line, from base to head:
 *
 *     core:     c1 <- c2 <- c3
 *     likes:    l1 <- l2            l1 needs core@c1, core@c2
 *     (old):    o1 <- o2            parentheses: a dormant plugin; (o2): a dormant revision of an active one
 *     wide:     w1 <- w2
 *     wide:     w1 <- x2            a fork: a second line that begins at a revision already drawn
 *     wide:     w2 & x2 <- w3       a merge
 *
 * The first revision of a line revises nothing, unless another line draws its parent.
 */
export function revisionsOf(drawing: string): readonly RevisionInput[] {
  const revisions = new Map<string, { id: string; revises: string[]; dependsOn: string[]; dormant: boolean }>();
  for (const line of drawing.split('\n').filter((text) => text.trim() !== '')) {
    const [, label = '', chain = '', needs = ''] = /^\s*(\S+):\s+(.*?)(?:\s{3,}(.*))?$/.exec(line) ?? [];
    if (label === '') throw new Error(`not a line of a drawing: ${line}`);
    const plugin = unwrapped(label);
    const idOf = (name: string): string => (name.includes('@') ? name : `${plugin}@${unwrapped(name)}`);
    const revision = (name: string): { revises: string[]; dependsOn: string[] } => {
      const dormant = label !== plugin || name !== unwrapped(name);
      const known = revisions.get(idOf(name)) ?? { id: idOf(name), revises: [], dependsOn: [], dormant };
      revisions.set(known.id, known);
      return known;
    };
    const places = chain.split(' <- ').map((place) => place.split(' & ').map((name) => name.trim()));
    places.forEach((names, i) => {
      for (const name of names) revision(name).revises.push(...(places[i - 1] ?? []).map(idOf));
    });
    for (const [, name = '', list = ''] of needs.matchAll(/(\S+) needs ((?:\S+, )*\S+)/g)) {
      revision(name).dependsOn.push(...list.split(', ').map(idOf));
    }
  }
  return [...revisions.values()];
}

/** Builds the graph of a drawing. */
export function draw(drawing: string, options?: GraphOptions): RevisionGraph {
  return revisionGraph(revisionsOf(drawing), options);
}

/** Writes the whole order of a graph as ids separated by spaces. */
export function orderOf(graph: RevisionGraph): string {
  return graph.order.map((revision) => revision.id).join(' ');
}

function unwrapped(name: string): string {
  return name.replace(/^\((.*)\)$/, '$1');
}
