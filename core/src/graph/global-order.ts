import { KernelError } from '../error/kernel-error.ts';
import type { GraphRevision } from './graph-revision.ts';
import { readyOrder } from './ready-order.ts';
import type { Needs } from './ready-order.ts';
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
  // Its plugin's place and its lineage in one number, since two of them are compared often: a lineage is shorter than all.
  const rank = pluginPreference(nodes, depth).map((place) => place * nodes.length);
  const generation: number[] = nodes.map(() => 0);
  const precedes = (a: number, b: number): boolean => {
    const difference = (rank[a] ?? 0) - (rank[b] ?? 0);
    return difference === 0 ? a < b : difference < 0;
  };
  const order = readyOrder(needs, precedes, (node) => {
    const revises = nodes[node]?.revises ?? [];
    let lineage = 0;
    for (const need of needs[node] ?? []) {
      const above = (generation[need] ?? 0) + 1;
      if (above > lineage && revises.includes(nodes[need]?.id ?? '')) lineage = above;
    }
    generation[node] = lineage;
    rank[node] = (rank[node] ?? 0) + lineage;
  });
  if (order.length < nodes.length) {
    const path = (shortestCycle(needs) ?? []).flatMap((node) => nodes[node]?.id ?? []);
    throw new KernelError('REVISION_CYCLE', { path });
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
