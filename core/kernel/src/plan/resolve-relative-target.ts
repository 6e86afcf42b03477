import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import { basesAmong, headsAmong } from '../graph/lineage.ts';

interface Steps {
  readonly plugin: string;
  readonly by: number;
}

/**
 * `likes@+2`: the one revision two lineage steps above the applied head of the branch, or its second where none is
 * applied. Throws TARGET_UNKNOWN beyond the head and TARGET_AMBIGUOUS where the branch forks.
 */
export function stepUp(
  branch: readonly GraphRevision[],
  applied: ReadonlySet<string>,
  { plugin, by }: Steps,
  target: string,
): readonly string[] {
  let at = headsAmong(branch.filter((revision) => applied.has(revision.id)));
  for (let taken = 0; taken < by; taken++) {
    const next = at.length === 0 ? basesAmong(branch) : idsAbove(branch, at);
    if (next.length === 0) throw tooFar(target, `"${plugin}" has ${taken} pending revisions in a row`);
    if (next.length > 1) throw kernelError('TARGET_AMBIGUOUS', { target, candidates: next });
    at = next;
  }
  return at;
}

/**
 * `likes@-1`: the one revision that is left as head when the applied head of the branch is taken off; none one step below
 * the base. Throws TARGET_UNKNOWN below that, and TARGET_AMBIGUOUS from two heads and below a merge.
 */
export function stepDown(
  branch: readonly GraphRevision[],
  applied: ReadonlySet<string>,
  { plugin, by }: Steps,
  target: string,
): readonly string[] {
  const there = branch.filter((revision) => applied.has(revision.id));
  let at = headsAmong(there);
  for (let taken = 0; taken < -by; taken++) {
    if (at.length === 0) throw tooFar(target, `"${plugin}" has ${taken} applied revisions in a row`);
    const parents = idsBelow(there, at);
    if (at.length > 1 || parents.length > 1) {
      throw kernelError('TARGET_AMBIGUOUS', { target, candidates: parents.length > 0 ? parents : at });
    }
    at = parents;
  }
  return at;
}

function idsAbove(branch: readonly GraphRevision[], ids: readonly string[]): readonly string[] {
  return branch
    .flatMap((revision) => (revision.revises.some((id) => ids.includes(id)) ? [revision.id] : []))
    .toSorted();
}

/** Parents on the same branch only. */
function idsBelow(branch: readonly GraphRevision[], ids: readonly string[]): readonly string[] {
  const parents = new Set(branch.flatMap((revision) => (ids.includes(revision.id) ? revision.revises : [])));
  return branch.flatMap((revision) => (parents.has(revision.id) ? [revision.id] : [])).toSorted();
}

function tooFar(target: string, reason: string): KernelError {
  return kernelError('TARGET_UNKNOWN', { target, reason, nearest: null });
}
