import { kernelError } from '../error/kernel-codes.ts';
import type { GraphRevision } from './graph-revision.ts';
import { readyOrder, type Needs } from './topological-order.ts';
import { shortestCycle } from './shortest-cycle.ts';

/**
 * The order of all revisions, of which every plan is a part. Among the revisions that are ready, take that of the plugin
 * with the greatest depth, so that dependents run before what they require moves on; ties by plugin name, then lineage
 * (how many revisions lie below it on its longest way down by `revises`), then id. `nodes` must be sorted by id, and
 * `needs` tell the same of each. Throws REVISION_CYCLE.
 */
export function globalOrder(
  nodes: readonly GraphRevision[],
  needs: Needs,
  depth?: ReadonlyMap<string, number>,
): readonly GraphRevision[] {
  const place = pluginPreference(nodes, depth);
  const lineages: number[] = nodes.map(() => 0);
  const order = readyOrder(needs, (node) => {
    const revises = nodes[node]?.revises ?? [];
    let lineage = 0;
    for (const need of needs[node] ?? []) {
      const above = (lineages[need] ?? 0) + 1;
      if (above > lineage && revises.includes(nodes[need]?.id ?? '')) lineage = above;
    }
    lineages[node] = lineage;
    // A lineage is shorter than all nodes.
    return (place[node] ?? 0) * nodes.length + lineage;
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

/** For each revision the place of its plugin: deepest first, then by name. */
function pluginPreference(nodes: readonly GraphRevision[], depth?: ReadonlyMap<string, number>): readonly number[] {
  const depthOf = (plugin: string): number => depth?.get(plugin) ?? (plugin === 'core' ? 0 : 1);
  const plugins = [...new Set(nodes.map((node) => node.plugin))];
  plugins.sort((a, b) => depthOf(b) - depthOf(a) || (a < b ? -1 : 1));
  const place = new Map(plugins.map((plugin, i) => [plugin, i]));
  return nodes.map((node) => place.get(node.plugin) ?? 0);
}
