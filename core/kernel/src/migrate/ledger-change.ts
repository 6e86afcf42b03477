import { hostname } from 'node:os';
import { readObjectStates, type ObjectStates } from '../catalog/object-states.ts';
import type { UpgradeLimits } from '../config/config.ts';
import { explainSessionError } from '../db/explain-session-error.ts';
import { limitResponses } from '../db/limit-responses.ts';
import { serverErrorOf } from '../db/server-error.ts';
import type { Session } from '../db/session.ts';
import { kernelSqlState, serverSqlState } from '../db/sql-state.ts';
import { damagedLedger } from '../ledger/damaged-ledger.ts';
import { assertWritable, ledgerDigest, type Ledger } from '../ledger/ledger.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { openCancellation } from '../run/cancellation.ts';
import { changeScript } from '../run/change-script.ts';
import { ensureLedger } from '../run/ensure-ledger.ts';
import { waitForLock } from '../run/migration-lock.ts';
import { randomUUID } from '../runtime/lazy-crypto.ts';
import { explainCancellation } from './explain-cancellation.ts';

/** The database of a change, and the settings of its run. */
export interface ChangeOptions {
  readonly session: Session;
  readonly settings: UpgradeLimits;
  /** Aborting it cancels the change. Default: never aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** A change of the ledger that is ready to be made. */
export interface PreparedChange<T> {
  /** The ledger that it was prepared for. */
  readonly ledger: Ledger;
  /** PL/pgSQL that makes the change and writes its events, with the id of its run. `null` if there is nothing to change. */
  readonly body: ((runId: string) => string) | null;
  readonly result: T;
}

/** The outcome of a change. */
export interface LedgerChange<T> {
  /** `null` if there was nothing to change. */
  readonly runId: string | null;
  readonly result: T;
}

/** How often a change is tried while other objects of the database change, too. */
const attempts = 5;

/**
 * Changes the rows of the ledger in one transaction under the migration lock, and records it as a run of its own. The
 * objects of the database are compared before and after it: it is undone if they differ. `prepare` reads the ledger and
 * refuses what may not be; it is called again if the ledger changes before the lock is taken.
 */
export async function changeLedger<T>(
  { session: given, settings, signal }: ChangeOptions,
  kind: 'accept' | 'rename',
  prepare: (session: Session) => Promise<PreparedChange<T>>,
): Promise<LedgerChange<T>> {
  const session = limitResponses(given, settings.responseTimeout);
  using cancellation = openCancellation(signal, session);
  const deadline = performance.now() + settings.lockWait * 1000;
  const run = { id: randomUUID(), kind, host: hostname(), kernelVersion: kernelPackage().version };
  let left = attempts;
  try {
    for (;;) {
      cancellation.check();
      const { ledger, body, result } = await prepare(session);
      if (body === null) return { runId: null, result };
      assertWritable(ledger);
      const site = { session, settings };
      const digest = ledgerDigest(ledger.rows);
      const isReady = await ensureLedger(site, ledger.format);
      const state = isReady ? await attempt(session, changeScript(site, { run, digest, body: body(run.id) })) : 'busy';
      if (state === 'done') return { runId: run.id, result };
      if (state === 'busy') await waitForLock(session, deadline, settings.lockWait, cancellation.pause);
      if (state === 'other objects' && (left -= 1) === 0) {
        // A trigger on the ledger does that each time. So may a session that never stops changing objects.
        throw damagedLedger(session, `other objects changed each of the ${attempts} times that its rows were changed`);
      }
    }
  } catch (error) {
    await cancellation.settled();
    throw explainCancellation(error, { operation: 'ledger change', signal }) ?? explainSessionError(error, session);
  }
}

async function attempt(
  session: Session,
  { lock, change }: ReturnType<typeof changeScript>,
): Promise<'done' | 'busy' | 'stale' | 'other objects'> {
  try {
    await session.script(lock);
    const before = await readObjectStates(session);
    await session.script(change);
    const after = await readObjectStates(session);
    if (textOf(before) !== textOf(after)) {
      await session.script('rollback');
      return 'other objects';
    }
    await session.script('commit');
    return 'done';
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === kernelSqlState.busy || code === serverSqlState.lockNotAvailable) return 'busy';
    if (code === kernelSqlState.stale) return 'stale';
    // A failed query leaves its transaction open.
    if (!session.lost) await session.script('rollback').catch(() => {});
    throw error;
  }
}

function textOf(states: ObjectStates): string {
  return Array.from(states.values(), (state) => JSON.stringify(state))
    .toSorted()
    .join('\n');
}
