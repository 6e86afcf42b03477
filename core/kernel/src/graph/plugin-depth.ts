import { kernelError } from '../error/kernel-codes.ts';
import { shortestCycle } from './shortest-cycle.ts';
import { topologicalOrder } from './topological-order.ts';

/** The name of plugin zero. It comes before every other plugin, including plugins that do not require it. */
const core = 'core';

/**
 * Returns the depth of each plugin: the longest chain of hard requirements down to core. Core has depth 0, and a plugin
 * that requires no other has depth 1. `requires` maps a plugin to the plugins that it requires, except optional ones.
 * A required plugin that is missing from the map counts as requiring nothing. Throws REQUIRES_CYCLE.
 */
export function pluginDepths(requires: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const names = [...new Set([core, ...requires.keys(), ...[...requires.values()].flat()])].toSorted();
  const index = new Map(names.map((name, i) => [name, i]));
  const needs = names.map((name) => {
    const required = new Set(requires.get(name));
    if (name !== core) required.add(core);
    return [...required].toSorted().flatMap((other) => index.get(other) ?? []);
  });
  const depth: number[] = names.map(() => 0);
  const order = topologicalOrder(needs, (node) => {
    for (const need of needs[node] ?? []) depth[node] = Math.max(depth[node] ?? 0, (depth[need] ?? 0) + 1);
    return 0;
  });
  if (order.length < names.length) {
    const path = (shortestCycle(needs) ?? []).flatMap((node) => names[node] ?? []);
    throw kernelError('REQUIRES_CYCLE', { path });
  }
  return new Map(names.map((name, node) => [name, depth[node] ?? 0]));
}
