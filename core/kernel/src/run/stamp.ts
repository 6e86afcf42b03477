import { randomUUID } from 'node:crypto';
import type { UpgradeSettings } from '../config/config.ts';
import type { Revision } from '../plugin/revision.ts';
import type { RunnableStep } from './batches.ts';
import { beginScript, stampBlock } from './envelope.ts';
import { judge } from './failure.ts';
import { readLedger, type Ledger } from '../ledger/ledger.ts';
import { prepareLedger } from '../ledger/prepare-ledger.ts';
import { waitForLock } from './lock.ts';
import { assertWritable } from '../db/preflight.ts';
import { reconnect } from './reconnect.ts';
import { rowOf, type Observer, type Run } from './run.ts';
import type { Session } from '../db/session.ts';

/** What to stamp, and under which conditions. */
export interface StampWork {
  /** The revisions still without a row, given what the ledger says now. Asked again whenever the ledger may have moved. */
  readonly plan: (ledger: Ledger) => readonly Revision[] | Promise<readonly Revision[]>;
  readonly packageOf: Run['packageOf'];
  readonly settings: UpgradeSettings;
  readonly observer?: Observer;
}

/** What a stamp wrote. */
export interface Stamped {
  readonly runId: string;
  /** In order. What had a row already, or got one from another process meanwhile, is not in it. */
  readonly ids: readonly string[];
}

/**
 * Writes the rows of revisions without running them, all in one transaction, under the lock: each with the event that
 * tells it from one that ran. Nothing to stamp: one query, no write. Throws LOCK_WAIT_TIMEOUT, OUTCOME_UNKNOWN and what
 * else keeps a ledger from being written.
 */
export async function stampRevisions(session: Session, work: StampWork): Promise<Stamped> {
  const { settings, observer = {}, packageOf } = work;
  const run: Run = { id: randomUUID(), session, settings, observer, packageOf };
  const deadline = performance.now() + settings.lockWait * 1000;
  let tried = false;
  for (;;) {
    const ledger = await readLedger(session);
    const revisions = await work.plan(ledger);
    const [first] = revisions;
    if (first === undefined) return { runId: run.id, ids: tried ? await stampedBy(run) : [] };
    const step: RunnableStep = { id: first.id, direction: 'up', revision: first };
    tried = true;
    try {
      // What another process was faster with is not ours, so the server is asked and not our list.
      if (await writeRows(run, ledger, revisions)) return { runId: run.id, ids: await stampedBy(run) };
    } catch (error) {
      const verdict = judge(error, { session, step, size: 1, applied: [] });
      if (verdict.kind === 'fail') throw verdict.error;
      if (verdict.kind === 'lost') await reconnect(run, step, verdict.reason);
      if (verdict.kind === 'lost' || verdict.kind === 'stale') continue;
    }
    observer.waits?.('migration lock', step);
    await waitForLock(session, deadline, settings.lockWait);
  }
}

/** In one transaction. `false` where another session has the lock. */
async function writeRows(run: Run, ledger: Ledger, revisions: readonly Revision[]): Promise<boolean> {
  const { session, settings } = run;
  const ids = revisions.map(({ id }) => id);
  if (session.kind === 'postgres') await assertWritable(session, ids);
  if (!(await prepareLedger(run, ledger.format))) return false;
  const attempt = randomUUID();
  const rows = revisions.map((revision) => rowOf(run, revision, attempt));
  await session.script(`${beginScript(session.kind, settings)}${stampBlock(rows)}\ncommit;`);
  return true;
}

async function stampedBy({ session, id }: Run): Promise<readonly string[]> {
  const rows = await session.query<{ id: string }>(
    `select plugin || '@' || slug as id from kernel.ledger where run_id = $1 order by seq`,
    [id],
  );
  return rows.map((row) => row.id);
}
