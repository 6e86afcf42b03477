import type { RemovedNeed } from '../ownership/removed-objects.ts';

/** Returns a sentence for each object that a pending revision needs although another revision removes it before. */
export function removedWarnings(removed: readonly RemovedNeed[]): readonly string[] {
  return removed.map(({ revision, object, removedBy, renamedTo }) => {
    const how = renamedTo === null ? 'dropped' : `renamed to ${renamedTo}`;
    return `${revision} needs the ${object}, which ${removedBy} ${how}. It is going to fail.`;
  });
}
