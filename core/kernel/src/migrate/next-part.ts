import { completeSquashes } from '../graph/squashes.ts';
import type { Plan, Step } from '../plan/plan.ts';
import type { Revision } from '../plugin/revision.ts';

/** The part of a plan that runs before the ledger is read again. */
export interface PlanPart {
  /** Empty if nothing is left to do. */
  readonly steps: readonly Step[];
  /** Whether the steps are squashes, whose rows take the places of those that they replace. Nothing of them runs. */
  readonly isSquash: boolean;
  /** Whether the goal is reached with it. */
  readonly isLast: boolean;
}

/**
 * Returns the next part of a plan. A squash is recorded as soon as all that it replaces is applied, before any revision that
 * builds on it. `revisions` are those of the code, and `recorded` are the squashes that this run has already recorded, or
 * that it must leave for later.
 */
export function nextPart(
  { steps }: Plan,
  revisions: readonly Revision[],
  applied: ReadonlySet<string>,
  recorded: readonly string[],
): PlanPart {
  const squashes = revisions.filter(({ id, replaces }) => replaces.length > 0 && !recorded.includes(id));
  const due = completeSquashes(squashes, applied);
  if (due.length > 0) {
    const records = due.map(({ id, plugin }): Step => ({ id, plugin, direction: 'up' }));
    return { steps: records, isSquash: true, isLast: false };
  }
  const then = new Set(applied);
  const end =
    squashes.length === 0 ? -1 : steps.findIndex(({ id }) => completeSquashes(squashes, then.add(id)).length > 0);
  return end < 0
    ? { steps, isSquash: false, isLast: true }
    : { steps: steps.slice(0, end + 1), isSquash: false, isLast: false };
}
