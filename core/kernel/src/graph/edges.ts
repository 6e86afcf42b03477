import type { EdgeKind } from '../error/codes/graph.ts';
import { kernelError, type Details } from '../error/kernel-codes.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { GraphRevision } from './graph-revision.ts';
import type { Needs } from './topological-order.ts';

/** One edge of a revision: its target revision and its kind. */
export interface RevisionEdge {
  readonly edge: EdgeKind;
  /** The id of the other revision. */
  readonly to: string;
}

/** Returns the edges of a revision, `revises` first. */
export function revisionEdges(revision: GraphRevision): readonly RevisionEdge[] {
  return [
    ...revision.revises.map((to) => ({ edge: 'revises' as const, to })),
    ...revision.dependsOn.map((to) => ({ edge: 'dependsOn' as const, to })),
  ];
}

/** The installed packages and versions. They help to explain why an edge leads to no revision. */
export interface KnownPackages {
  /** The package and version of each active plugin, by plugin name. Default: unknown. */
  readonly packages?: ReadonlyMap<string, { readonly package: string; readonly version: string }>;
  /**
   * The package version that first shipped a revision, by revision id, as recorded in the manifests that depend on it.
   * Default: unknown.
   */
  readonly since?: ReadonlyMap<string, string>;
}

/**
 * Resolves the edges of `nodes` to indexes into `nodes`. Each edge must lead to a revision. An edge of an active
 * revision must lead to an active one, because a revision known only to this ledger may be missing in another database.
 * Throws DEPENDENCY_UNKNOWN, or HISTORY_INCONSISTENT if the edge belongs to a dormant revision.
 */
export function resolveEdges(nodes: readonly GraphRevision[], known: KnownPackages): Needs {
  const index = new Map<string, number>();
  nodes.forEach((node, i) => index.set(node.id, i));
  const broken: GraphRevision[] = [];
  const needs = nodes.map((node) => {
    const found: number[] = [];
    for (const id of node.needs) {
      const i = index.get(id);
      if (i === undefined || (nodes[i]?.dormant === true && !node.dormant)) broken.push(node);
      else found.push(i);
    }
    return found;
  });
  if (broken.length > 0) refuse(broken, nodes, known);
  return needs;
}

function refuse(broken: readonly GraphRevision[], nodes: readonly GraphRevision[], known: KnownPackages): never {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const gaps: { id: string; edge: EdgeKind; missing: string }[] = [];
  for (const node of new Set(broken)) {
    for (const { edge, to } of revisionEdges(node)) {
      if (node.dormant && !byId.has(to)) gaps.push({ id: node.id, edge, missing: to });
      if (node.dormant || byId.get(to)?.dormant === false) continue;
      throw kernelError('DEPENDENCY_UNKNOWN', whyMissing(node, edge, to, nodes, known));
    }
  }
  throw kernelError('HISTORY_INCONSISTENT', { gaps });
}

function whyMissing(
  node: GraphRevision,
  edge: EdgeKind,
  missing: string,
  nodes: readonly GraphRevision[],
  known: KnownPackages,
): Details<'DEPENDENCY_UNKNOWN'> {
  const plugin = missing.split('@', 1)[0] ?? missing;
  const found = known.packages?.get(plugin) ?? null;
  const since = known.since?.get(missing) ?? null;
  const active = nodes.filter((other) => !other.dormant && other !== node);
  const isActive = found !== null || plugin === node.plugin || active.some((other) => other.plugin === plugin);
  return {
    revision: node.id,
    edge,
    missing,
    // A manifest names the revision, but the installed version lacks it. So a later version must have introduced it.
    reason: !isActive ? 'plugin not active' : since !== null ? 'plugin too old' : 'unknown',
    plugin,
    package: found?.package ?? null,
    found: found?.version ?? null,
    since,
    nearest: nearestName(
      missing,
      active.map((other) => other.id),
    ),
  };
}
