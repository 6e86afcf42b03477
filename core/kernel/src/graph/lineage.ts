import { kernelError } from '../error/kernel-codes.ts';
import type { GraphRevision } from './graph-revision.ts';
import type { RevisionGraph } from './revision-graph.ts';

/** The latest revisions of the active plugins: those that no other revises. `dependsOn` consumes no head. Sorted. */
export function heads(graph: RevisionGraph): readonly string[] {
  return headsAmong(graph.order.filter(isActive));
}

/** The first revisions of the active plugins: those that revise nothing. Sorted. */
export function bases(graph: RevisionGraph): readonly string[] {
  return basesAmong(graph.order.filter(isActive));
}

/** The heads of what is applied, dormant revisions included: where the database stands. Sorted. */
export function appliedHeads(graph: RevisionGraph, applied: Iterable<string>): readonly string[] {
  const done = new Set(applied);
  return headsAmong(graph.order.filter((revision) => done.has(revision.id)));
}

/** Those that none of the others revises, of revisions in the order of a graph. Sorted ids. */
export function headsAmong(revisions: readonly GraphRevision[]): readonly string[] {
  const found = new Set<string>();
  // A revision comes after those that it revises, so what it takes out is in already.
  for (const revision of revisions) {
    for (const id of revision.revises) found.delete(id);
    found.add(revision.id);
  }
  return Object.freeze([...found].toSorted());
}

/** Those that revise none of the others. Sorted ids. */
export function basesAmong(revisions: readonly GraphRevision[]): readonly string[] {
  const there = new Set(revisions.map((revision) => revision.id));
  const found = revisions.filter((revision) => !revision.revises.some((id) => there.has(id)));
  return Object.freeze(found.map((revision) => revision.id).toSorted());
}

/** Whether code stands for it, and not the ledger alone. */
export function isActive(revision: GraphRevision): boolean {
  return !revision.dormant;
}

/**
 * What a boot wants of every active branch: one base and one head. Throws SEVERAL_BASES (a second base is why there is
 * a second head) and SEVERAL_HEADS.
 */
export function assertOneHead(graph: RevisionGraph): void {
  for (const [plugin, branch] of graph.branches) {
    // Asked at every boot, and of nearly every branch there is: a line, each revision standing on the one before it.
    if (branch.every((revision, i) => isActive(revision) && standsOn(revision, branch[i - 1]))) continue;
    const active = branch.filter(isActive);
    const first = basesAmong(active);
    if (first.length > 1) throw kernelError('SEVERAL_BASES', { plugin, bases: first });
    const last = headsAmong(active);
    if (last.length > 1) throw kernelError('SEVERAL_HEADS', { plugin, heads: last });
  }
}

/** Whether `below` is all that it revises; without one, whether it revises nothing. */
function standsOn({ revises }: GraphRevision, below: GraphRevision | undefined): boolean {
  return below === undefined ? revises.length === 0 : revises.length === 1 && revises[0] === below.id;
}
