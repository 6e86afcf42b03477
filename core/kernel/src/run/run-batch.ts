import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { kernelError } from '../error/kernel-codes.ts';
import type { Batch, RunnableStep } from './batches.ts';
import { judge } from './failure.ts';
import { blockersOf } from './lock.ts';
import { runCode } from './run-code.ts';
import { runSql } from './run-sql.ts';
import { runUntransacted } from './run-untransacted.ts';
import type { BatchOutcome, OnBegin, Run } from './run.ts';
import type { Session } from '../db/session.ts';

/** Where a batch stands in the plan. */
export interface Place {
  /** Steps before it. */
  readonly start: number;
  readonly total: number;
  /** What this run had committed before it. */
  readonly applied: readonly string[];
}

/** Done, or why the ledger has to be read again before anything else. */
export type BatchResult =
  | ({ readonly kind: 'done' } & BatchOutcome)
  | { readonly kind: 'busy' | 'stale' | 'split'; readonly step: RunnableStep | null }
  | { readonly kind: 'lost'; readonly step: RunnableStep | null; readonly reason: string };

const ways = { sql: runSql, code: runCode, untransacted: runUntransacted } as const;

/**
 * Runs a batch; where table locks were not to be had within `lock_timeout`, the whole batch again, a little later, for
 * up to `retryFor` seconds, so that live queries never queue behind us for longer. Throws what ends the run.
 */
export async function runBatch(run: Run, batch: Batch, place: Place): Promise<BatchResult> {
  const { session, settings, observer } = run;
  const began = performance.now();
  let blockers: readonly string[] = [];
  for (let attempts = 1; ; attempts += 1) {
    let current = batch.steps[0] ?? null;
    const onBegin: OnBegin = (step) => {
      current = step;
      if (attempts === 1) observer.begins?.(step, place.start + batch.steps.indexOf(step) + 1, place.total);
    };
    // From the second attempt on, somebody watches who is in the way: afterwards nobody could tell.
    const watch = attempts > 1 ? watchBlockers(session, settings.lockTimeout) : null;
    try {
      return { kind: 'done', ...(await ways[batch.kind](run, batch, randomUUID(), onBegin)) };
    } catch (error) {
      if (current === null) throw error;
      const step: RunnableStep = current;
      const verdict = judge(error, { session, step, size: batch.steps.length, applied: place.applied });
      if (verdict.kind === 'fail') throw verdict.error;
      if (verdict.kind === 'lost') return { kind: 'lost', step, reason: verdict.reason };
      if (verdict.kind !== 'retry') return { kind: verdict.kind, step };
      const seen = await watch?.stop();
      if (seen !== undefined && seen.length > 0) blockers = seen;
      const seconds = (performance.now() - began) / 1000;
      if (seconds >= settings.retryFor) {
        const details = { revision: step.id, seconds: Math.round(seconds), attempts, blockers, applied: place.applied };
        throw kernelError('MIGRATION_BLOCKED', details, { cause: error });
      }
      observer.waits?.('table locks', step);
      await sleep(100 + Math.random() * Math.min(200 * attempts, 2000));
    } finally {
      await watch?.stop();
    }
  }
}

/** Asks over a second connection, half a `lock_timeout` from now, who blocks the session. */
function watchBlockers(session: Session, lockTimeout: number): { readonly stop: () => Promise<readonly string[]> } {
  const { pid } = session;
  const aborted = new AbortController();
  const look = async (): Promise<readonly string[]> => {
    if (pid === null) return [];
    try {
      await sleep(lockTimeout * 500, undefined, { signal: aborted.signal });
      const other = await session.sibling();
      try {
        return other === null ? [] : await blockersOf(other, pid);
      } finally {
        await other?.close();
      }
    } catch {
      // Only a name in a message hangs on it.
      return [];
    }
  };
  const found = look();
  return {
    stop() {
      aborted.abort();
      return found;
    },
  };
}
