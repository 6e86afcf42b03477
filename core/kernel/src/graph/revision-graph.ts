import { kernelError } from '../error/kernel-codes.ts';
import { linkEdges } from './edges.ts';
import type { KnownPackages } from './edges.ts';
import { globalOrder } from './global-order.ts';
import { graphRevision } from './graph-revision.ts';
import type { GraphRevision, RevisionInput } from './graph-revision.ts';

/** What orders a graph and explains its refusals. */
export interface GraphOptions extends KnownPackages {
  /** By plugin: see `depths`. Default: core 0, all others 1. */
  readonly depth?: ReadonlyMap<string, number>;
}

/** Revisions with checked edges: no id twice, no edge to nothing, no cycle. */
export interface RevisionGraph {
  /** All of them in the one order that every plan is a part of; what a revision needs is before it. */
  readonly order: readonly GraphRevision[];
  readonly byId: ReadonlyMap<string, GraphRevision>;
  /** By plugin name, in that order; each branch in the order of the graph. */
  readonly branches: ReadonlyMap<string, readonly GraphRevision[]>;
}

/**
 * Makes a graph of revisions. Any acyclic graph is good, with merges and several bases; see `assertOneHead` for what a
 * boot wants. The result, and which refusal is thrown, do not depend on the order of `revisions`.
 *
 * Throws REVISION_ID_INVALID, REVISION_DUPLICATE, DEPENDENCY_UNKNOWN, HISTORY_INCONSISTENT (an edge of a dormant
 * revision that leads nowhere: not a mistake in code but a gap in the ledger) and REVISION_CYCLE.
 */
export function revisionGraph(revisions: Iterable<RevisionInput>, options: GraphOptions = {}): RevisionGraph {
  const nodes = Array.from(revisions).toSorted(compareIds).map(graphRevision);
  assertUnique(nodes);
  const order = Object.freeze(globalOrder(nodes, linkEdges(nodes, options), options.depth));
  const byId = new Map<string, GraphRevision>();
  for (const node of order) byId.set(node.id, node);
  return Object.freeze({ order, byId, branches: branchesOf(order) });
}

function assertUnique(sorted: readonly GraphRevision[]): void {
  const twice = sorted.find((node, i) => sorted[i + 1]?.id === node.id);
  if (twice === undefined) return;
  const files = sorted.flatMap((node) => (node.id === twice.id && node.file !== null ? [node.file] : []));
  throw kernelError('REVISION_DUPLICATE', { id: twice.id, files: files.toSorted() });
}

function branchesOf(order: readonly GraphRevision[]): ReadonlyMap<string, readonly GraphRevision[]> {
  const branches = [...Map.groupBy(order, (node) => node.plugin)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map(branches.map(([plugin, revisions]) => [plugin, Object.freeze(revisions)]));
}

/** By code units, never by locale: the same on every machine. */
function compareIds(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
