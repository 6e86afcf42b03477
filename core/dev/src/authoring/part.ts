import type { DefinedPlugin } from '@headwater/kernel/plugin';
import { entitySource, graphOf, hardRequirements, loadEntities, loadRunningHalf, type Entities, type Plugin, type PluginSet, type Revision, type RevisionGraph } from '@headwater/kernel/internal';

/** Some of the active plugins, which together lack nothing that one of them requires. */
export interface Part {
  /** Dependencies first. */
  readonly plugins: readonly Plugin[];
  readonly graph: RevisionGraph;
  /** Their revisions, in the order in which a new database runs them. */
  readonly revisions: readonly Revision[];
}

/** The part of a set that consists of these plugins. */
export function partOf(set: PluginSet, names: ReadonlySet<string>): Part {
  const plugins = set.plugins.filter(({ name }) => names.has(name));
  const graph = graphOf({ plugins, byName: new Map(plugins.map((plugin) => [plugin.name, plugin])) });
  const byId = new Map(plugins.flatMap(({ revisions }) => revisions).map((revision) => [revision.id, revision]));
  return { plugins, graph, revisions: graph.order.flatMap(({ id }) => byId.get(id) ?? []) };
}

/** A plugin and all that it requires, by name. */
export function closureOf({ byName }: PluginSet, name: string, found = new Set<string>()): ReadonlySet<string> {
  const plugin = byName.get(name);
  if (plugin === undefined || found.has(name)) return found;
  found.add(name);
  for (const required of hardRequirements(plugin)) closureOf({ plugins: [], byName }, required, found);
  return found;
}

/** Imports plugins, each once. */
export type LoadRunning = (plugin: Plugin) => Promise<DefinedPlugin>;

/** A {@link LoadRunning}. */
export function openLoader(): LoadRunning {
  const loaded = new Map<string, Promise<DefinedPlugin>>();
  return (plugin) => {
    const known = loaded.get(plugin.name) ?? loadRunningHalf(plugin);
    loaded.set(plugin.name, known);
    return known;
  };
}

/**
 * The entities of a part. Nothing is bound, no options are checked and nothing connects: what tables there are does not
 * depend on them. Throws what importing plugins and their entities can get wrong.
 */
export async function entitiesOf({ plugins }: Part, load: LoadRunning): Promise<Entities> {
  const sources: Parameters<typeof loadEntities>[0][number][] = [];
  for (const plugin of plugins) sources.push(entitySource(plugin, await load(plugin)));
  return loadEntities(sources, { kind: 'pglite', directory: null, shown: 'the shadow' });
}
