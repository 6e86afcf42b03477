import { drawGraph, type DrawingOptions, type Drawing } from '../graph/drawing.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import { graphOfPlugins } from '../migrate/revision-set.ts';
import { assertBranch, readBranches, type HistoryOptions } from './history.ts';
import type { Project } from './project.ts';

/**
 * Options of `graph`.
 *
 * @example
 * await kernel.graph({ plugin: 'likes', fold: true });
 */
export interface GraphViewOptions extends DrawingOptions, Pick<HistoryOptions, 'offline' | 'signal'> {
  /** Only the branch of this plugin, and the revisions that it depends on. Default: all branches. */
  readonly plugin?: string | undefined;
  /**
   * Only the branch of this plugin, the branches that are directly connected with it, and the edges between them and it.
   * Default: all branches.
   */
  readonly around?: string | undefined;
}

/** Draws the branches with the states of their revisions. Throws PLUGIN_UNKNOWN, and the errors of a graph. */
export async function readGraph(project: Project, options: GraphViewOptions = {}): Promise<Drawing> {
  const { plugin, around, fold = false, keep = [] } = options;
  const branches = await readBranches(project, options);
  for (const name of [plugin, around]) if (name !== undefined) assertBranch(branches, name);
  const known = branches.flatMap(({ revisions }) => revisions);
  const rows = known.flatMap(({ row }) => row ?? []);
  const unknown = known.flatMap(({ shipped, row }) => (shipped === null && row !== null ? [row] : []));
  const applied = new Set(rows.map(({ id }) => id));
  const graph = graphOfPlugins(await project.pluginSet(), { unknown, applied });
  const states = new Map(known.map(({ id, state }) => [id, state]));
  const part = plugin === undefined ? graph : partNeededBy(graph, plugin);
  const drawn = around === undefined ? part : partAround(part, around);
  return drawGraph(drawn, (id) => states.get(id) ?? null, { fold, keep });
}

function partNeededBy(graph: RevisionGraph, plugin: string): RevisionGraph {
  const { order } = graph;
  const own = order.filter((revision) => revision.plugin === plugin);
  const kept = new Set(own.flatMap(({ id, needs }) => [id, ...needs]));
  const isKept = (id: string): boolean => kept.has(id);
  const part = order
    .filter(({ id }) => kept.has(id))
    .map((revision): GraphRevision => ({
      ...revision,
      revises: revision.revises.filter(isKept),
      dependsOn: revision.dependsOn.filter(isKept),
      needs: revision.needs.filter(isKept),
    }));
  return partOf(graph, part);
}

function partAround(graph: RevisionGraph, plugin: string): RevisionGraph {
  const { order, byId } = graph;
  const pluginOf = (id: string): string | undefined => byId.get(id)?.plugin;
  const connected = order.flatMap((revision): readonly (string | undefined)[] => {
    const needed = revision.dependsOn.map(pluginOf);
    return revision.plugin === plugin ? needed : needed.includes(plugin) ? [revision.plugin] : [];
  });
  const shown = new Set([plugin, ...connected]);
  const part = order
    .filter((revision) => shown.has(revision.plugin))
    .map((revision): GraphRevision => {
      const isDrawn = (id: string): boolean => revision.plugin === plugin || pluginOf(id) === plugin;
      const dependsOn = revision.dependsOn.filter(isDrawn);
      return { ...revision, dependsOn, needs: [...revision.revises, ...dependsOn] };
    });
  return partOf(graph, part);
}

/** Returns the graph of some revisions of a graph. */
function partOf({ branches, hidden }: RevisionGraph, order: readonly GraphRevision[]): RevisionGraph {
  const own = Map.groupBy(order, ({ plugin }) => plugin);
  return {
    order,
    byId: new Map(order.map((revision) => [revision.id, revision])),
    hidden,
    branches: new Map(
      Array.from(branches.keys()).flatMap((plugin) => {
        const branch = own.get(plugin);
        return branch === undefined ? [] : [[plugin, branch] as const];
      }),
    ),
  };
}
