import type { Config } from '../config/config.ts';
import { assertOneHead } from '../graph/heads-and-bases.ts';
import { revisionGraph, type RevisionGraph } from '../graph/revision-graph.ts';
import { assertSquashes } from '../graph/squashes.ts';
import type { LedgerRow } from '../ledger/ledger.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { loadPluginSet } from '../plugin/load-plugin-set.ts';
import type { PluginSet } from '../plugin/plugin-set.ts';
import type { Revision } from '../plugin/revision.ts';
import { keepYoungGeneration } from '../runtime/young-generation.ts';

/** The revisions of the active plugins, checked against each other without regard to any database. */
export interface RevisionSet {
  readonly pluginSet: PluginSet;
  readonly graph: RevisionGraph;
  /** By full name. */
  readonly revisions: ReadonlyMap<string, Revision>;
  /** The package of each plugin, by plugin name. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Loads the active plugins with their revisions and checks the revisions against each other. Does not connect to the
 * database. Runs no plugin code, except that it imports the revision files of plugins in a workspace. Throws every
 * error that does not depend on the database.
 */
export async function loadRevisionSet(config: Config): Promise<RevisionSet> {
  return revisionSetOf(await loadPluginSet(config, kernelPackage()));
}

/** Checks the revisions of the active plugins against each other. Throws the errors of graphs and heads. */
export function revisionSetOf(pluginSet: PluginSet): RevisionSet {
  using _ = keepYoungGeneration();
  assertSquashes(pluginSet.plugins.flatMap((plugin) => plugin.revisions));
  const graph = graphOfPlugins(pluginSet);
  assertOneHead(graph);
  const revisions = new Map<string, Revision>();
  for (const plugin of pluginSet.plugins) for (const revision of plugin.revisions) revisions.set(revision.id, revision);
  const packages = new Map(pluginSet.plugins.map((plugin) => [plugin.name, plugin.package]));
  return { pluginSet, graph, revisions, packages };
}

/** The part of a ledger that is added to the graph of the code. */
export interface GraphAdditions {
  /** The rows that the code does not know. */
  readonly unknown: readonly LedgerRow[];
  /** The ids of all rows, which decide between squashes and what they replace. */
  readonly applied: ReadonlySet<string>;
}

/**
 * Returns the graph of the active plugins' revisions, to which the unknown ledger rows are added as dormant ones. A row that
 * a squash of the code replaces, or that is a squash of revisions in the code, is a part of the code under another name.
 */
export function graphOfPlugins(
  { plugins, byName }: PluginSet,
  { unknown, applied }: GraphAdditions = { unknown: [], applied: new Set() },
): RevisionGraph {
  const shipped = plugins.flatMap((plugin) => plugin.revisions);
  const known = new Set(unknown.length === 0 ? [] : shipped.flatMap(({ id, replaces }) => [id, ...replaces]));
  const dormant = unknown.map(({ id, revises, dependsOn, breaking, replaces }) => {
    const isCode = known.has(id) || replaces.some((one) => known.has(one));
    return { id, revises, dependsOn, breaking, replaces, dormant: !isCode };
  });
  const depth = new Map(plugins.map((plugin) => [plugin.name, plugin.depth]));
  const since = new Map<string, string>();
  for (const { dependsOnSince } of shipped) {
    for (const [id, version] of Object.entries(dependsOnSince)) since.set(id, version);
  }
  return revisionGraph([...shipped, ...dormant], { depth, packages: byName, since, applied });
}
