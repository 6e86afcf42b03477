import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearest } from '../error/nearest.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import { heads, headsAmong, isActive } from '../graph/lineage.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import type { Direction } from './plan.ts';
import { stepDown, stepUp } from './relative-target.ts';
import { parseTarget } from './target.ts';

/** What a target names in a graph. */
export type ResolvedTarget =
  /** Revisions that an upgrade reaches, or the one that a downgrade keeps. */
  | { readonly kind: 'revisions'; readonly ids: readonly string[] }
  /** The state before the bases of these branches, which only a downgrade leads to. */
  | { readonly kind: 'below-base'; readonly plugins: readonly string[] };

/** The targets that name no plugin. */
const bareWords = ['heads', 'base'];

/**
 * Finds what `target` names. The branch of a dormant plugin can be downgraded (its rows carry what that takes) but not
 * upgraded. Throws TARGET_UNKNOWN, TARGET_AMBIGUOUS, TARGET_ILLEGAL (it leads the other way, or into a plugin that is
 * not active) and SEVERAL_HEADS (the head of a branch that has two).
 */
export function resolveTarget(
  graph: RevisionGraph,
  applied: ReadonlySet<string>,
  target: string,
  direction: Direction,
): ResolvedTarget {
  const parsed = parseTarget(target);
  switch (parsed.kind) {
    case 'nothing':
      throw unknown(
        target,
        parsed.reason,
        nearest(target, [...bareWords, ...graph.branches.keys(), ...graph.byId.keys()]),
      );
    case 'heads':
      if (direction === 'down') throw illegal(target, direction, 'the heads are where an upgrade leads');
      return { kind: 'revisions', ids: heads(graph) };
    case 'bases':
      assertDown(target, direction);
      return {
        kind: 'below-base',
        plugins: [...graph.branches.keys()].filter((name) => activeOf(graph, name).length > 0),
      };
    case 'base':
      assertDown(target, direction);
      branchOf(graph, parsed.plugin, target, direction);
      return { kind: 'below-base', plugins: [parsed.plugin] };
    case 'head':
      return { kind: 'revisions', ids: headOf(branchOf(graph, parsed.plugin, target, direction), parsed.plugin) };
    case 'revision':
      return { kind: 'revisions', ids: [revisionOf(graph, parsed.plugin, parsed.slug, target, direction)] };
    default: {
      if (direction === 'up' && parsed.by < 0) throw illegal(target, direction, 'it counts down');
      if (direction === 'down' && parsed.by > 0) throw illegal(target, direction, 'it counts up');
      const branch = branchOf(graph, parsed.plugin, target, direction);
      if (direction === 'up') return { kind: 'revisions', ids: stepUp(branch, applied, parsed, target) };
      // Down from where the database stands, which may be above all that the code has.
      const kept = stepDown(graph.branches.get(parsed.plugin) ?? branch, applied, parsed, target);
      return kept.length === 0 ? { kind: 'below-base', plugins: [parsed.plugin] } : { kind: 'revisions', ids: kept };
    }
  }
}

function assertDown(target: string, direction: Direction): void {
  if (direction === 'up') throw illegal(target, direction, 'the base is where a downgrade leads');
}

/** The branch as its code has it; that of a dormant plugin, which has no code, as the ledger has it. */
function branchOf(
  graph: RevisionGraph,
  plugin: string,
  target: string,
  direction: Direction,
): readonly GraphRevision[] {
  const all = graph.branches.get(plugin);
  if (all === undefined) {
    // The same target with the plugin's name corrected; a bare name may also be a slip of a bare word.
    const words = target === plugin ? bareWords : [];
    const close = nearest(plugin, [...words, ...graph.branches.keys()]);
    const corrected = close === null ? null : close + target.slice(plugin.length);
    throw unknown(target, `no plugin "${plugin}" has revisions here`, corrected);
  }
  const active = activeOf(graph, plugin);
  if (active.length > 0) return active;
  if (direction === 'up') throw illegal(target, direction, `the plugin "${plugin}" is not active`);
  return all;
}

function activeOf(graph: RevisionGraph, plugin: string): readonly GraphRevision[] {
  return (graph.branches.get(plugin) ?? []).filter(isActive);
}

function headOf(branch: readonly GraphRevision[], plugin: string): readonly string[] {
  const found = headsAmong(branch);
  if (found.length > 1) throw kernelError('SEVERAL_HEADS', { plugin, heads: found });
  return found;
}

/** By full slug, else by the beginning of exactly one. */
function revisionOf(graph: RevisionGraph, plugin: string, slug: string, target: string, direction: Direction): string {
  branchOf(graph, plugin, target, direction);
  const all = graph.branches.get(plugin) ?? [];
  const exact = all.filter((revision) => revision.slug === slug);
  const found = exact.length > 0 ? exact : all.filter((revision) => revision.slug.startsWith(slug));
  const legal = direction === 'up' ? found.filter(isActive) : found;
  const [first, ...others] = legal.map((revision) => revision.id).toSorted();
  if (first !== undefined && others.length > 0) {
    throw kernelError('TARGET_AMBIGUOUS', { target, candidates: [first, ...others] });
  }
  if (first !== undefined) return first;
  if (found.length > 0) throw illegal(target, direction, `the code of "${plugin}" here does not have it`);
  const close = nearest(
    slug,
    all.map((revision) => revision.slug),
  );
  throw unknown(target, `"${plugin}" has no such revision`, close === null ? null : `${plugin}@${close}`);
}

function unknown(target: string, reason: string, close: string | null): KernelError {
  return kernelError('TARGET_UNKNOWN', { target, reason, nearest: close });
}

function illegal(target: string, direction: Direction, reason: string): KernelError {
  return kernelError('TARGET_ILLEGAL', { target, direction, reason });
}
