import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { nearestName } from '../error/nearest-name.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import { heads, headsAmong, isActive } from '../graph/heads-and-bases.ts';
import type { RevisionGraph } from '../graph/revision-graph.ts';
import type { HiddenRevision } from '../graph/squashes.ts';
import { parseTarget } from './parse-target.ts';
import type { Direction } from './plan.ts';
import { resolveStepsDown, resolveStepsUp } from './resolve-relative-target.ts';

/** The part of a graph that a target names. */
export type ResolvedTarget =
  /** Revisions that an upgrade reaches, or the one that a downgrade keeps. */
  | { readonly kind: 'revisions'; readonly ids: readonly string[] }
  /** The state before the bases of these branches, which only a downgrade can reach. */
  | { readonly kind: 'below-base'; readonly plugins: readonly string[] };

/** The targets that name no plugin. */
const bareWords = ['heads', 'base'];

/**
 * Resolves `target` against a graph. The branch of a dormant plugin can only be downgraded, with the `down` SQL in its
 * ledger rows. Throws TARGET_UNKNOWN, TARGET_AMBIGUOUS, SEVERAL_HEADS if it names the head of a branch that has
 * several, and TARGET_ILLEGAL if it leads in the other direction or to a plugin that is not active.
 */
export function resolveTarget(
  graph: RevisionGraph,
  applied: ReadonlySet<string>,
  target: string,
  direction: Direction,
): ResolvedTarget {
  const parsed = parseTarget(target);
  switch (parsed.kind) {
    case 'nothing': {
      const close = nearestName(target, [...bareWords, ...graph.branches.keys(), ...graph.byId.keys()]);
      throw targetUnknown(target, parsed.reason, close);
    }
    case 'heads':
      if (direction === 'down') throw targetIllegal(target, direction, 'only an upgrade leads to the heads');
      return { kind: 'revisions', ids: heads(graph) };
    case 'bases':
      assertDown(target, direction);
      return {
        kind: 'below-base',
        plugins: [...graph.branches.keys()].filter((name) => activeRevisions(graph, name).length > 0),
      };
    case 'base':
      assertDown(target, direction);
      findBranch(graph, parsed.plugin, target, direction);
      return { kind: 'below-base', plugins: [parsed.plugin] };
    case 'head':
      return { kind: 'revisions', ids: singleHead(findBranch(graph, parsed.plugin, target, direction), parsed.plugin) };
    case 'revision':
      return { kind: 'revisions', ids: [findRevision(graph, parsed.plugin, parsed.slug, target, direction)] };
    default: {
      if (direction === 'up' && parsed.by < 0) throw targetIllegal(target, direction, 'it counts down');
      if (direction === 'down' && parsed.by > 0) throw targetIllegal(target, direction, 'it counts up');
      const branch = findBranch(graph, parsed.plugin, target, direction);
      if (direction === 'up') return { kind: 'revisions', ids: resolveStepsUp(branch, applied, parsed, target) };
      // Steps down are counted from the applied head, which may be above everything that the code has.
      const kept = resolveStepsDown(graph.branches.get(parsed.plugin) ?? branch, applied, parsed, target);
      return kept.length === 0 ? { kind: 'below-base', plugins: [parsed.plugin] } : { kind: 'revisions', ids: kept };
    }
  }
}

function assertDown(target: string, direction: Direction): void {
  if (direction === 'up') throw targetIllegal(target, direction, 'only a downgrade leads to a base');
}

/**
 * Returns the revisions of a branch: those in the code, or for a dormant plugin, which has no code, its ledger rows.
 */
function findBranch(
  graph: RevisionGraph,
  plugin: string,
  target: string,
  direction: Direction,
): readonly GraphRevision[] {
  const all = graph.branches.get(plugin);
  if (all === undefined) {
    // Suggest the same target with the plugin's name corrected. A target without `@` may also be a misspelled keyword.
    const words = target === plugin ? bareWords : [];
    const close = nearestName(plugin, [...words, ...graph.branches.keys()]);
    const corrected = close === null ? null : close + target.slice(plugin.length);
    throw targetUnknown(target, `no plugin "${plugin}" has revisions here`, corrected);
  }
  const active = activeRevisions(graph, plugin);
  if (active.length > 0) return active;
  if (direction === 'up') throw targetIllegal(target, direction, `the plugin "${plugin}" is not active`);
  return all;
}

function activeRevisions(graph: RevisionGraph, plugin: string): readonly GraphRevision[] {
  return (graph.branches.get(plugin) ?? []).filter(isActive);
}

function singleHead(branch: readonly GraphRevision[], plugin: string): readonly string[] {
  const found = headsAmong(branch);
  if (found.length > 1) throw kernelError('SEVERAL_HEADS', { plugin, heads: found });
  return found;
}

/** Finds a revision by its full slug, or else by a unique prefix of it. */
function findRevision(
  graph: RevisionGraph,
  plugin: string,
  slug: string,
  target: string,
  direction: Direction,
): string {
  findBranch(graph, plugin, target, direction);
  const all = graph.branches.get(plugin) ?? [];
  const exact = all.filter((revision) => revision.slug === slug);
  const found = exact.length > 0 ? exact : all.filter((revision) => revision.slug.startsWith(slug));
  const inPlace = exact.length > 0 ? null : findHidden(graph, `${plugin}@${slug}`, found.length === 0);
  if (inPlace !== null) {
    if (inPlace.isEqual) return inPlace.by;
    throw targetIllegal(
      target,
      direction,
      `it is a part of the squash "${inPlace.by}"; name that, or what is before it`,
    );
  }
  const legal = direction === 'up' ? found.filter(isActive) : found;
  const [first, ...others] = legal.map((revision) => revision.id).toSorted();
  if (first !== undefined && others.length > 0) {
    throw kernelError('TARGET_AMBIGUOUS', { target, candidates: [first, ...others] });
  }
  if (first !== undefined) return first;
  if (found.length > 0) throw targetIllegal(target, direction, `the code of "${plugin}" here does not have it`);
  const close = nearestName(
    slug,
    all.map((revision) => revision.slug),
  );
  throw targetUnknown(target, `"${plugin}" has no such revision`, close === null ? null : `${plugin}@${close}`);
}

/** Finds a revision that is not in the graph because of a squash, by its full name or, with `byPrefix`, by a unique prefix. */
function findHidden({ hidden }: RevisionGraph, name: string, byPrefix: boolean): HiddenRevision | null {
  const exact = hidden.get(name);
  if (exact !== undefined || !byPrefix) return exact ?? null;
  const [found, ...others] = Array.from(hidden).filter(([id]) => id.startsWith(name));
  return found === undefined || others.length > 0 ? null : found[1];
}

function targetUnknown(target: string, reason: string, close: string | null): KernelError {
  return kernelError('TARGET_UNKNOWN', { target, reason, nearest: close });
}

function targetIllegal(target: string, direction: Direction, reason: string): KernelError {
  return kernelError('TARGET_ILLEGAL', { target, direction, reason });
}
