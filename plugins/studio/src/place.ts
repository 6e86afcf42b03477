import type { HistoryEntry, RecordedRun } from '@headwater/kernel/plugin';

/** The place of an applied revision in the run that applied it. */
export interface Place {
  /** From 1. */
  readonly position: number;
  /** The number of steps of the run. */
  readonly total: number;
  /** The revision before it in the run; `null` for the first one. */
  readonly previous: string | null;
  /**
   * Why that one came first: it is `needed`, directly or by others, or both orders work and the fixed `order` of plugins
   * decided. `null` for the first one.
   */
  readonly because: 'needed' | 'order' | null;
}

/** Returns the place of a revision in a run; `null` if the run did not apply it. */
export function placeIn(steps: RecordedRun['steps'], id: string, history: readonly HistoryEntry[]): Place | null {
  const at = steps.findIndex((step) => step.id === id);
  if (at < 0) return null;
  const previous = steps[at - 1]?.id ?? null;
  const because = previous === null ? null : needs(id, previous, history) ? 'needed' : 'order';
  return { position: at + 1, total: steps.length, previous, because };
}

function needs(id: string, other: string, history: readonly HistoryEntry[]): boolean {
  const byId = new Map(history.map((entry) => [entry.id, entry]));
  const seen = new Set([id]);
  // Iterating over a set also visits elements added during the iteration.
  for (const one of seen) {
    const { revises = [], dependsOn = [] } = byId.get(one) ?? {};
    for (const need of [...revises, ...dependsOn]) seen.add(need);
  }
  return seen.has(other);
}
