import { kernelError } from '../error/kernel-codes.ts';
import type { GraphRevision } from './graph-revision.ts';
import { shortestCycle } from './shortest-cycle.ts';
import { topologicalOrder, type Needs } from './topological-order.ts';

/**
 * Sorts all revisions into the global order that every plan follows. When several revisions are ready, that of the
 * deepest plugin comes first, so that a plugin runs before the plugins that it requires continue. Ties are broken by
 * plugin name, then by lineage (the length of the longest path from a revision to a base along `revises`), then by id.
 * `nodes` must be sorted by id, and `needs` must describe the same nodes. Throws REVISION_CYCLE.
 */
export function orderRevisions(
  nodes: readonly GraphRevision[],
  needs: Needs,
  depth?: ReadonlyMap<string, number>,
): readonly GraphRevision[] {
  const pluginRank = rankPlugins(nodes, depth);
  const lineages: number[] = nodes.map(() => 0);
  const order = topologicalOrder(needs, (node) => {
    const revises = nodes[node]?.revises ?? [];
    let lineage = 0;
    for (const need of needs[node] ?? []) {
      const above = (lineages[need] ?? 0) + 1;
      if (above > lineage && revises.includes(nodes[need]?.id ?? '')) lineage = above;
    }
    lineages[node] = lineage;
    // A lineage is always less than the number of nodes, so the plugin's rank decides first.
    return (pluginRank[node] ?? 0) * nodes.length + lineage;
  });
  if (order.length < nodes.length) {
    const path = (shortestCycle(needs) ?? []).flatMap((node) => nodes[node]?.id ?? []);
    throw kernelError('REVISION_CYCLE', { path });
  }
  const ordered: GraphRevision[] = [];
  for (const i of order) {
    const node = nodes[i];
    if (node !== undefined) ordered.push(node);
  }
  return ordered;
}

/** Returns the rank of each revision's plugin: deepest first, then by name. */
function rankPlugins(nodes: readonly GraphRevision[], depth?: ReadonlyMap<string, number>): readonly number[] {
  const depthOf = (plugin: string): number => depth?.get(plugin) ?? (plugin === 'core' ? 0 : 1);
  const plugins = [...new Set(nodes.map((node) => node.plugin))];
  plugins.sort((a, b) => depthOf(b) - depthOf(a) || (a < b ? -1 : 1));
  const rank = new Map(plugins.map((plugin, i) => [plugin, i]));
  return nodes.map((node) => rank.get(node.plugin) ?? 0);
}
