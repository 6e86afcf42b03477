import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { GraphRevision } from '../graph/graph-revision.ts';
import { basesAmong, headsAmong } from '../graph/heads-and-bases.ts';
import type { RelativeTarget } from './parse-target.ts';

/**
 * Resolves `likes@+2`: the one revision two steps above the applied head of the branch, or the second revision of the
 * branch if none is applied. Throws TARGET_UNKNOWN beyond the head and TARGET_AMBIGUOUS if the branch forks.
 */
export function resolveStepsUp(
  branch: readonly GraphRevision[],
  applied: ReadonlySet<string>,
  { plugin, by }: RelativeTarget,
  target: string,
): readonly string[] {
  let at = headsAmong(branch.filter((revision) => applied.has(revision.id)));
  for (let taken = 0; taken < by; taken++) {
    const next = at.length === 0 ? basesAmong(branch) : idsAbove(branch, at);
    if (next.length === 0) throw tooFar(target, `"${plugin}" has only ${taken} pending revisions in a row`);
    if (next.length > 1) throw kernelError('TARGET_AMBIGUOUS', { target, candidates: next });
    at = next;
  }
  return at;
}

/**
 * Resolves `likes@-1`: the one revision that becomes the head once the applied head of the branch is removed. One step
 * below the base it returns no revision, and any further down it throws TARGET_UNKNOWN. Throws TARGET_AMBIGUOUS if it
 * starts from two heads or meets a merge.
 */
export function resolveStepsDown(
  branch: readonly GraphRevision[],
  applied: ReadonlySet<string>,
  { plugin, by }: RelativeTarget,
  target: string,
): readonly string[] {
  const present = branch.filter((revision) => applied.has(revision.id));
  let at = headsAmong(present);
  for (let taken = 0; taken < -by; taken++) {
    if (at.length === 0) throw tooFar(target, `"${plugin}" has only ${taken} applied revisions in a row`);
    const parents = idsBelow(present, at);
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

/** Returns the parents of `ids` on the same branch. */
function idsBelow(branch: readonly GraphRevision[], ids: readonly string[]): readonly string[] {
  const parents = new Set(branch.flatMap((revision) => (ids.includes(revision.id) ? revision.revises : [])));
  return branch.flatMap((revision) => (parents.has(revision.id) ? [revision.id] : [])).toSorted();
}

function tooFar(target: string, reason: string): KernelError {
  return kernelError('TARGET_UNKNOWN', { target, reason, nearest: null });
}
