import { kernelError } from '../error/kernel-codes.ts';
import type { GraphRevision } from './graph-revision.ts';
import type { RevisionGraph } from './revision-graph.ts';

/**
 * Returns the heads of the active branches: the revisions that no other revision revises. `dependsOn` does not affect
 * heads. A branch that forks has several. Sorted by id.
 *
 * @example
 * heads(graph); // ['core@0004_mark_deleted_objects', 'likes@0002_count_on_object']
 */
export function heads(graph: RevisionGraph): readonly string[] {
  return headsAmong(graph.order.filter(isActive));
}

/**
 * Returns the bases of the active branches: the revisions that revise nothing. Sorted by id.
 *
 * @example
 * bases(graph); // ['core@0001_create_objects', 'likes@0001_create_like']
 */
export function bases(graph: RevisionGraph): readonly string[] {
  return basesAmong(graph.order.filter(isActive));
}

/** Returns the heads of the applied revisions, dormant ones included: the state of the database. Sorted by id. */
export function appliedHeads(graph: RevisionGraph, applied: Iterable<string>): readonly string[] {
  const done = new Set(applied);
  return headsAmong(graph.order.filter((revision) => done.has(revision.id)));
}

/** Returns the sorted ids of the `revisions` that none of the others revises. */
export function headsAmong(revisions: readonly Pick<GraphRevision, 'id' | 'revises'>[]): readonly string[] {
  const revised = new Set(revisions.flatMap(({ revises }) => revises));
  return Object.freeze(revisions.flatMap(({ id }) => (revised.has(id) ? [] : [id])).toSorted());
}

/** Returns the sorted ids of the `revisions` that revise none of the others. */
export function basesAmong(revisions: readonly GraphRevision[]): readonly string[] {
  const ids = new Set(revisions.map((revision) => revision.id));
  const found = revisions.filter((revision) => !revision.revises.some((id) => ids.has(id)));
  return Object.freeze(found.map((revision) => revision.id).toSorted());
}

/** Whether an active plugin ships the revision. Otherwise only the ledger knows it. */
export function isActive(revision: GraphRevision): boolean {
  return !revision.dormant;
}

/**
 * Checks that every active branch has one base and one head, as a boot requires. Bases are checked first, because a
 * second base also leads to a second head. Throws SEVERAL_BASES and SEVERAL_HEADS.
 */
export function assertOneHead(graph: RevisionGraph): void {
  for (const [plugin, branch] of graph.branches) {
    // Fast path, since every boot runs this: nearly every branch is a chain in which each revision revises the previous
    // one.
    if (branch.every((revision, i) => isActive(revision) && revisesOnly(revision, branch[i - 1]))) continue;
    const active = branch.filter(isActive);
    const first = basesAmong(active);
    if (first.length > 1) throw kernelError('SEVERAL_BASES', { plugin, bases: first });
    const last = headsAmong(active);
    if (last.length > 1) throw kernelError('SEVERAL_HEADS', { plugin, heads: last });
  }
}

/** Whether a revision revises only `previous`, or nothing at all if `previous` is not given. */
function revisesOnly({ revises }: GraphRevision, previous: GraphRevision | undefined): boolean {
  return previous === undefined ? revises.length === 0 : revises.length === 1 && revises[0] === previous.id;
}
