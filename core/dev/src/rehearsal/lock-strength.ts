import { lockModes, type HeldLock, type LockMode, type WorstLock } from '@headwater/kernel/internal/migrations';

/** Returns the statements of others that wait for the end of a lock. `null` if only schema changes and maintenance do. */
export function blockedBy(mode: LockMode): HeldLock['blocks'] {
  if (mode === 'AccessExclusiveLock') return 'reads and writes';
  return mode === 'ShareLock' || mode === 'ShareRowExclusiveLock' || mode === 'ExclusiveLock' ? 'writes' : null;
}

/** Compares locks: the stronger one first, and of two equally strong ones the longer one. */
export function strongerFirst(a: Pick<HeldLock, 'mode' | 'atMostMs'>, b: Pick<HeldLock, 'mode' | 'atMostMs'>): number {
  return lockModes.indexOf(b.mode) - lockModes.indexOf(a.mode) || b.atMostMs - a.atMostMs;
}

/** Returns the strongest lock on each table, or on one of its indexes, the strongest first. */
export function worstLocks(
  steps: readonly { readonly revision: string; readonly locks: readonly HeldLock[] | null }[],
): readonly WorstLock[] {
  const all = steps.flatMap(({ revision, locks }) =>
    (locks ?? []).map(({ table, plugin, mode, blocks, atMostMs }) => ({
      table,
      plugin,
      mode,
      blocks,
      atMostMs,
      revision,
    })),
  );
  const worst = new Map<string, WorstLock>();
  for (const lock of all.toSorted(strongerFirst)) if (!worst.has(lock.table)) worst.set(lock.table, lock);
  return [...worst.values()];
}
