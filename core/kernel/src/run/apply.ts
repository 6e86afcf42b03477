import { randomUUID } from 'node:crypto';
import type { UpgradeSettings } from '../config/config.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { RunnableStep } from './batches.ts';
import { readLedger, readLedgerUnless, type Ledger } from '../ledger/ledger.ts';
import type { Observer, Run } from './run.ts';
import type { Session } from '../db/session.ts';

/** A step that this run committed. */
export interface AppliedStep {
  readonly id: string;
  readonly direction: 'up' | 'down';
}

/** What applying a plan came to: a value also where it failed half-way. */
export interface ApplyResult {
  readonly runId: string;
  /** What this process committed, in order. What other processes did meanwhile is not in it. */
  readonly applied: readonly AppliedStep[];
  /** The refusal or failure that ended it, or `null`. */
  readonly error: KernelError | null;
}

/** What to apply, and under which conditions. */
export interface Work {
  /** The steps still to run, given what the ledger says now. Asked again whenever the ledger may have moved. */
  readonly plan: (ledger: Ledger) => readonly RunnableStep[] | Promise<readonly RunnableStep[]>;
  /** See `digestOf`: with a ledger that holds just that there is nothing to do, and `plan` is not asked. Default: none. */
  readonly done?: string;
  readonly packageOf: Run['packageOf'];
  readonly settings: UpgradeSettings;
  readonly observer?: Observer;
}

/** What the ledger says, and what is to run by it. */
export interface Round {
  readonly ledger: Ledger;
  readonly steps: readonly RunnableStep[];
}

/**
 * Brings the database to what `work.plan` wants. Nothing pending: one query, no lock, no write, and what runs a step is
 * not even loaded. Otherwise each batch is a transaction that takes the lock for itself, so that several processes may
 * share the work and each revision takes effect once. A KernelError is not thrown but in the result, beside what was
 * committed before it.
 */
export async function applyPlan(session: Session, work: Work): Promise<ApplyResult> {
  const { settings, observer = {}, packageOf } = work;
  const run: Run = { id: randomUUID(), session, settings, observer, packageOf };
  const nothing: ApplyResult = { runId: run.id, applied: [], error: null };
  const planned = async (ledger: Ledger): Promise<Round> => ({ ledger, steps: await work.plan(ledger) });
  try {
    const ledger = await readLedgerUnless(session, work.done ?? null);
    if (ledger === null) return nothing;
    const first = await planned(ledger);
    if (first.steps.length === 0) return nothing;
    const { applyPending } = await import('./apply-pending.ts');
    return await applyPending(run, first, async () => planned(await readLedger(session)));
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { ...nothing, error };
  }
}
