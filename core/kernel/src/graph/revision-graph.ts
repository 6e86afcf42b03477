import { kernelError } from '../error/kernel-codes.ts';
import { resolveEdges, type KnownPackages } from './edges.ts';
import { graphRevision, withEdges, type GraphRevision, type RevisionInput } from './graph-revision.ts';
import { orderRevisions } from './revision-order.ts';
import { squashView, type HiddenRevision } from './squashes.ts';

/** Options of {@link revisionGraph}: the depth of each plugin, which orders the graph, and facts for error messages. */
export interface GraphOptions extends KnownPackages {
  /**
   * The depth of each plugin, which is the length of its longest chain of requirements down to core. When several
   * revisions are ready, those of deeper plugins come first. Default: 0 for core, 1 for all other plugins.
   */
  readonly depth?: ReadonlyMap<string, number>;
  /**
   * The revisions that a database has applied. They decide whether a squash or the revisions that it replaces are in the
   * graph. Default: none, so it is the squash.
   */
  readonly applied?: ReadonlySet<string>;
}

/** A graph of revisions with checked edges: ids are unique, every edge leads to a revision, and there is no cycle. */
export interface RevisionGraph {
  /** All revisions in the global order that every plan follows. A revision comes after everything that it needs. */
  readonly order: readonly GraphRevision[];
  /** All revisions by full name, in that order. */
  readonly byId: ReadonlyMap<string, GraphRevision>;
  /** The revisions of each plugin, sorted by plugin name. Each branch is in graph order. */
  readonly branches: ReadonlyMap<string, readonly GraphRevision[]>;
  /**
   * The revisions that are left out, because a squash replaces them, and the squashes that are left out, because a database
   * has applied a part of what they replace. Edges to them lead to the revisions in their places.
   */
  readonly hidden: ReadonlyMap<string, HiddenRevision>;
}

/**
 * Builds the graph of `revisions`. Any acyclic graph is accepted, including merges and several bases; a boot
 * additionally requires one base and one head per branch. Neither the result nor the error depends on the order of
 * `revisions`.
 *
 * Throws REVISION_ID_INVALID, REVISION_DUPLICATE, DEPENDENCY_UNKNOWN and REVISION_CYCLE. Throws HISTORY_INCONSISTENT if
 * a dormant revision refers to an unknown one, since that is a gap in the ledger and not a mistake in the code.
 *
 * @example
 * const graph = revisionGraph([
 *   { id: 'core@0001_create_objects', revises: null },
 *   { id: 'likes@0001_create_like', revises: null, dependsOn: ['core@0001_create_objects'] },
 * ]);
 * heads(graph); // ['core@0001_create_objects', 'likes@0001_create_like']
 */
export function revisionGraph(revisions: Iterable<RevisionInput>, options: GraphOptions = {}): RevisionGraph {
  const all = Array.from(revisions).toSorted(compareIds).map(graphRevision);
  assertUnique(all);
  const { hidden, resolve } = squashView(all, options.applied ?? new Set());
  const nodes =
    hidden.size === 0 ? all : all.flatMap((node) => (hidden.has(node.id) ? [] : [withEdges(node, resolve)]));
  const order = Object.freeze(orderRevisions(nodes, resolveEdges(nodes, options), options.depth));
  const byId = new Map<string, GraphRevision>();
  for (const node of order) byId.set(node.id, node);
  return Object.freeze({ order, byId, branches: groupByPlugin(order), hidden });
}

function assertUnique(sorted: readonly GraphRevision[]): void {
  const twice = sorted.find((node, i) => sorted[i + 1]?.id === node.id);
  if (twice === undefined) return;
  const files = sorted.flatMap((node) => (node.id === twice.id && node.file !== null ? [node.file] : []));
  throw kernelError('REVISION_DUPLICATE', { id: twice.id, files: files.toSorted() });
}

function groupByPlugin(order: readonly GraphRevision[]): ReadonlyMap<string, readonly GraphRevision[]> {
  const branches = [...Map.groupBy(order, (node) => node.plugin)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map(branches.map(([plugin, revisions]) => [plugin, Object.freeze(revisions)]));
}

/** Compares by code units instead of by locale, so that the order is the same on every machine. */
function compareIds(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
