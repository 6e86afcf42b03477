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
}

/** Draws the branches with the states of their revisions. Throws TARGET_UNKNOWN, and the errors of a graph. */
export async function readGraph(project: Project, options: GraphViewOptions = {}): Promise<Drawing> {
  const { plugin, fold = false } = options;
  const branches = await readBranches(project, options);
  if (plugin !== undefined) assertBranch(branches, plugin);
  const known = branches.flatMap(({ revisions }) => revisions);
  const unknown = known.flatMap(({ shipped, row }) => (shipped === null && row !== null ? [row] : []));
  const graph = graphOfPlugins(await project.pluginSet(), unknown);
  const states = new Map(known.map(({ id, state }) => [id, state]));
  return drawGraph(plugin === undefined ? graph : partOf(graph, plugin), (id) => states.get(id) ?? null, { fold });
}

function partOf({ order }: RevisionGraph, plugin: string): RevisionGraph {
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
  return {
    order: part,
    byId: new Map(part.map((revision) => [revision.id, revision])),
    branches: Map.groupBy(part, (revision) => revision.plugin),
  };
}
