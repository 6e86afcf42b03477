import type { RevisionGraph } from '@headwater/kernel/internal/graph';
import { graphOfPlugins } from '@headwater/kernel/internal/migrations';
import { hardRequirements, type Plugin, type PluginSet, type Revision } from '@headwater/kernel/internal/plugins';

/** Some of the active plugins, including everything that they require. */
export interface PluginSubset {
  /** Dependencies first. */
  readonly plugins: readonly Plugin[];
  readonly graph: RevisionGraph;
  /** Their revisions, in the order in which a fresh database runs them. */
  readonly revisions: readonly Revision[];
}

/** Returns the subset of `set` with these plugins. Default: all of them. */
export function subsetOf(set: PluginSet, names: ReadonlySet<string> = new Set(set.byName.keys())): PluginSubset {
  const plugins = set.plugins.filter(({ name }) => names.has(name));
  const graph = graphOfPlugins({ plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) });
  const byId = new Map(plugins.flatMap(({ revisions }) => revisions).map((revision) => [revision.id, revision]));
  return { plugins, graph, revisions: graph.order.flatMap(({ id }) => byId.get(id) ?? []) };
}

/** Returns the names of a plugin and of everything that it requires, directly or not. */
export function closureOf({ byName }: PluginSet, name: string, found = new Set<string>()): ReadonlySet<string> {
  const plugin = byName.get(name);
  if (plugin === undefined || found.has(name)) return found;
  found.add(name);
  for (const required of hardRequirements(plugin)) closureOf({ plugins: [], byName }, required, found);
  return found;
}

/** Returns the set with one more revision. */
export function withRevision(set: PluginSet, revision: Revision): PluginSet {
  const plugins = set.plugins.map((plugin) =>
    plugin.name === revision.plugin ? { ...plugin, revisions: [...plugin.revisions, revision] } : plugin,
  );
  return { plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
}
