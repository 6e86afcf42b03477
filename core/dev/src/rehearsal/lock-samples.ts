import { setTimeout as sleep } from 'node:timers/promises';
import type { Lock } from './relations.ts';

/** A lock with the time for which it can have been held, by the clock of `performance.now`. */
export interface SeenLock {
  readonly lock: Lock;
  /** The last moment before which it was not held. */
  readonly since: number;
  /** The moment after which it was not held any more; `null` if it still was when last seen. */
  readonly until: number | null;
}

/** The locks of a step, sampled until it ends. */
export interface LockSamples {
  /** Stops sampling, and samples for the last time. Returns the locks with the moment at which that was. */
  readonly end: () => Promise<{ readonly locks: readonly SeenLock[]; readonly at: number }>;
}

/** The time in milliseconds between two samples. */
export const sampleInterval = 20;

/**
 * Samples the locks that `read` returns, again and again. Those of the first sample, which is taken before the step, are
 * not the step's. Rejects when the first sample fails; a later failure rejects `end`.
 */
export async function sampleLocks(read: () => Promise<readonly Lock[]>): Promise<LockSamples> {
  const keyOf = ({ oid, mode }: Lock): string => `${oid} ${mode}`;
  let last = performance.now();
  const before = new Set((await read()).map(keyOf));
  const seen = new Map<string, SeenLock>();
  const sample = async (): Promise<void> => {
    const at = performance.now();
    const locks = new Map((await read()).map((lock) => [keyOf(lock), lock]));
    const answered = performance.now();
    for (const [key, lock] of locks) {
      if (!before.has(key)) seen.set(key, { lock, since: seen.get(key)?.since ?? last, until: null });
    }
    for (const [key, known] of seen) {
      if (!locks.has(key) && known.until === null) seen.set(key, { ...known, until: answered });
    }
    last = at;
  };
  const ended = new AbortController();
  const loop = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await sample();
      await sleep(sampleInterval, undefined, { signal: ended.signal }).catch(() => {});
    }
  };
  const done = loop();
  // `end` reports a failure.
  done.catch(() => {});
  return {
    async end() {
      ended.abort();
      await done;
      const at = performance.now();
      await sample();
      return { locks: [...seen.values()], at };
    },
  };
}
