import type { EdgeKind } from '../error/codes/graph.ts';
import { kernelError, type Details } from '../error/kernel-codes.ts';
import { nearest } from '../error/nearest.ts';
import { edgesOf } from './graph-revision.ts';
import type { GraphRevision } from './graph-revision.ts';
import type { Needs } from './topological-order.ts';

/** What is known of the active plugins' packages, to tell why an edge leads nowhere. */
export interface KnownPackages {
  /** By plugin. */
  readonly packages?: ReadonlyMap<string, { readonly package: string; readonly version: string }>;
  /** By revision id: the version of its package that first shipped it, as the manifests that depend on it say. */
  readonly since?: ReadonlyMap<string, string>;
}

/**
 * What each of `nodes` needs, as indexes into them. Every edge must lead to a revision, and an active revision's to an
 * active one: what only this ledger knows may be missing from the next database. Throws DEPENDENCY_UNKNOWN; for edges of
 * dormant revisions HISTORY_INCONSISTENT.
 */
export function linkEdges(nodes: readonly GraphRevision[], known: KnownPackages): Needs {
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
  const there = new Map(nodes.map((node) => [node.id, node]));
  const gaps: { id: string; edge: EdgeKind; missing: string }[] = [];
  for (const node of new Set(broken)) {
    for (const { edge, to } of edgesOf(node)) {
      if (node.dormant && !there.has(to)) gaps.push({ id: node.id, edge, missing: to });
      if (node.dormant || there.get(to)?.dormant === false) continue;
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
    // Some manifest knows it and this version of its plugin does not, so it came later.
    reason: !isActive ? 'plugin not active' : since !== null ? 'plugin too old' : 'unknown',
    plugin,
    package: found?.package ?? null,
    found: found?.version ?? null,
    since,
    nearest: nearest(
      missing,
      active.map((other) => other.id),
    ),
  };
}
