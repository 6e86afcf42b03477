import { kernelError } from '../error/kernel-codes.ts';
import type { Revision } from '../plugin/revision.ts';
import { shortMessage } from '../error/short-message.ts';
import type { Batch } from './batches.ts';
import { recordBlock, rowOf } from './envelope.ts';
import { openLockedTransaction } from './locked-transaction.ts';
import type { OnBegin, Run } from './run.ts';
import type { Session } from '../db/session.ts';

/**
 * Runs the one statement that PostgreSQL refuses in a transaction. The run's own connection holds the lock in an idle
 * READ COMMITTED transaction, which does not hold up a concurrent index build; a second one runs the statement. `check`
 * is asked before, so that a crash between statement and row is made good, and after, so that a row means applied.
 */
export async function runUntransacted(
  run: Run,
  batch: Batch,
  attempt: string,
  onBegin: OnBegin,
): Promise<readonly string[]> {
  const step = batch.steps[0];
  const revision = step?.revision;
  if (step === undefined || revision === null || revision === undefined) return [];
  const { session } = run;
  const row = rowOf(run.id, { ...step, revision }, attempt);
  if (!(await openLockedTransaction(run, row, batch.direction))) return [];
  onBegin(step);
  const began = performance.now();
  try {
    const worker = await openWorker(run, revision);
    if (worker === null) {
      // The only connection there is: no other process can come between, so the lock is taken again afterwards.
      await session.script('rollback');
      await takeEffect(session, revision, batch.direction);
      if (!(await openLockedTransaction(run, row, batch.direction))) return [];
    } else {
      try {
        await worker.script(limits(run, textOf(revision, batch.direction)));
        await takeEffect(worker, revision, batch.direction);
      } finally {
        await worker.close().catch(() => {});
      }
    }
    await session.script(`${recordBlock(row, batch.direction, performance.now() - began)}\ncommit;`);
  } catch (error) {
    if (!session.lost) await session.script('rollback').catch(() => {});
    throw error;
  }
  return [step.id];
}

async function openWorker(run: Run, revision: Revision): Promise<Session | null> {
  try {
    return await run.session.sibling();
  } catch (error) {
    const details = { revision: revision.id, database: run.session.shown, reason: shortMessage(error) };
    throw kernelError('DIRECT_CONNECTION_NEEDED', details, { cause: error });
  }
}

/** A concurrent build waits for old transactions without holding anybody up; anything else keeps the usual limit. */
function limits({ settings }: Run, text: string): string {
  const lockTimeout = /\bconcurrently\b/i.test(text) ? 0 : Math.round(settings.lockTimeout * 1000);
  return `set lock_timeout = ${lockTimeout}; set statement_timeout = ${Math.round(settings.statementTimeout * 1000)};`;
}

function textOf(revision: Revision, direction: 'up' | 'down'): string {
  const body = direction === 'up' ? revision.up : revision.down;
  return body?.kind === 'sql' ? body.text : '';
}

async function takeEffect(session: Session, revision: Revision, direction: 'up' | 'down'): Promise<void> {
  const wanted = direction === 'up';
  if ((await isThere(session, revision)) === wanted) return;
  if (wanted) await dropInvalidIndex(session, textOf(revision, direction));
  await session.query(textOf(revision, direction));
  if ((await isThere(session, revision)) === wanted) return;
  const reason = `its statement has run, and its check still says ${wanted ? 'no' : 'yes'}`;
  throw kernelError('STEP_INCOMPLETE', { revision: revision.id, reason });
}

async function isThere(session: Session, revision: Revision): Promise<boolean> {
  const [row] = await session.query<Record<string, unknown>>(revision.check ?? 'select false');
  return row !== undefined && Object.values(row)[0] === true;
}

/**
 * A concurrent build that failed leaves an INVALID index of that name, over which `if not exists` would succeed and
 * leave it invalid: it goes first.
 */
async function dropInvalidIndex(session: Session, text: string): Promise<void> {
  if (!/\bcreate\s+(?:unique\s+)?index\s+concurrently\b/i.test(text)) return;
  const { concurrentIndexOf } = await import('./concurrent-index.ts');
  const index = await concurrentIndexOf(text);
  if (index === null) return;
  const [leftover] = await session.query<{ name: string }>(
    `select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relname = $1 and i.indrelid = to_regclass($2) and not i.indisvalid`,
    [index.name, index.table],
  );
  if (leftover !== undefined) await session.query(`drop index concurrently ${leftover.name}`);
}
