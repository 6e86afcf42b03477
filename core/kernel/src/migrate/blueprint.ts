import type { Config } from '../config/config.ts';
import { assertOneHead } from '../graph/heads-and-bases.ts';
import { loadPluginSet } from '../plugin/load-plugin-set.ts';
import type { Revision } from '../plugin/revision.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { graphOf, type Blueprint } from './state.ts';

/**
 * Loads the static halves of the activated plugins and checks their revisions against each other. No connection is
 * open yet, and no plugin code has run but, in a workspace, its revision files. Throws every refusal that needs no
 * database.
 */
export async function loadBlueprint(config: Config): Promise<Blueprint> {
  const set = await loadPluginSet(config, kernelPackage());
  const graph = graphOf(set);
  assertOneHead(graph);
  const revisions = new Map<string, Revision>();
  for (const plugin of set.plugins) for (const revision of plugin.revisions) revisions.set(revision.id, revision);
  return {
    set,
    graph,
    revisions,
    packages: new Map(set.plugins.map((plugin) => [plugin.name, plugin.package])),
  };
}
