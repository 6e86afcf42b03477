import { setImmediate as nextTurn } from 'node:timers/promises';
import { isSql, sql, type Sql } from '../contract/sql.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { notAllowedIn } from '../ownership/rule-book.ts';
import { runAsPlugin } from '../plugin/running-plugin.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { Batch } from './batches.ts';
import { needsCommand, runBreakingCommand } from './breaking-command.ts';
import { rowOf } from './ledger-row.ts';
import { recordBlock, restoreBlock, textBlock } from './single-step.ts';
import { openLockedTransaction } from './locked-transaction.ts';
import { observeStep } from './observe-step.ts';
import { fromFirstKeyword, withOwnLimit } from './own-limits.ts';
import { textLimit } from './restore-session.ts';
import type { OnBegin, RunContext } from './run-context.ts';
import { runComment } from './running-upgrade.ts';

/** Statements that would end or split the transaction of a code revision, or change its settings. */
const forbidden =
  /^(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|discard|reset|set\s+(?:session\s+|local\s+)?(?:role|authorization|search_path|transaction|session\s+authorization|characteristics))\b/i;

/**
 * Runs a code revision, or SQL that is not proven, and observes its effects. Its function queries within the transaction
 * that takes the lock and writes the ledger row.
 */
export async function runObserved(
  run: RunContext,
  batch: Batch,
  attemptId: string,
  onBegin: OnBegin,
  applied: readonly string[],
): Promise<readonly string[]> {
  const step = batch.steps[0];
  if (step === undefined) return [];
  const { revision, direction } = step;
  const body = direction === 'up' ? revision?.up : revision?.down;
  const { session, settings } = run;
  const row = rowOf(run.id, step, attemptId);
  // If the client goes silent, for example because the network fails, the lock must not be held forever.
  const { codeTimeout, responseTimeout } = settings;
  const thinking = body?.kind === 'code' || needsCommand(run, step) ? codeTimeout : responseTimeout;
  const idle = thinking === 0 || responseTimeout === 0 ? 0 : thinking + responseTimeout;
  let limits = body?.kind === 'sql' ? withOwnLimit(settings, body.text) : settings;
  if (!(await openLockedTransaction({ ...run, settings: limits }, row, direction, idle))) return [];
  await runBreakingCommand(run, step, applied);
  const began = performance.now();
  let transaction: Transaction = { id: null, pid: null };
  let outcome: Outcome | null = null;
  let running = 0;
  const deadline = settings.codeTimeout === 0 ? Infinity : began + settings.codeTimeout * 1000;
  let isScript = false;
  const runScript = async (text: string): Promise<void> => {
    isScript = true;
    await session.script(text, undefined, textLimit(limits));
    isScript = false;
  };
  const query = async <Row>(statement: Sql): Promise<readonly Row[]> => {
    // The embedded engine answers in the same turn of the event loop, so the timer of the limit might never fire.
    if (performance.now() > deadline) await nextTurn();
    if (outcome !== null) throw violation(step.id, lateQuery, outcome, applied);
    assertAllowed(step.id, statement, applied);
    running += 1;
    limits = withOwnLimit(limits, statement.text);
    try {
      return await session.query<Row>(statement.text, statement.values, textLimit(limits));
    } finally {
      running -= 1;
    }
  };
  try {
    onBegin(step);
    const endObservation = await observeStep(run, step);
    transaction = await readTransaction(session);
    const watched = await run.watch?.(step, { pid: transaction.pid, inTransaction: true });
    if (body?.kind === 'code') {
      const phase = `revision ${step.id}` as const;
      const actor = { plugin: row.plugin, package: step.package, version: step.packageVersion, phase };
      const work = (): Promise<void> => runAsPlugin(actor, async () => body.run({ query, sql }));
      await withinTime(settings.codeTimeout, () => Promise.race([work(), run.cancellation.requested]));
    } else await runScript(runComment([step]) + textBlock(body?.text ?? (await readDown(session, step.id))));
    outcome = 'unknown';
    await assertCounting(session, step.id, applied);
    // A setting or a role of the revision must not decide what the next queries see. Deferred constraints are checked
    // here, which may take long and fire triggers.
    await runScript(restoreBlock(run, idle));
    if ((await readTransaction(session)).id !== transaction.id) throw new Error(endedTransaction);
    await watched?.ran();
    const { effects, violations: found, undo, rows } = await endObservation();
    watched?.wrote(rows);
    const violations = body?.kind === 'sql' ? notAllowedIn(body.text, found) : found;
    if (violations.length > 0) {
      if (undo !== '') await session.script(undo);
      throw kernelError('OWNERSHIP_VIOLATED', {
        revision: step.id,
        plugin: row.plugin,
        direction,
        violations,
        ran: true,
        applied,
      });
    }
    const done = { ...row, objects: JSON.stringify(effects) };
    await runScript(`${recordBlock(done, direction, performance.now() - began, run)}\ncommit;`);
  } catch (error) {
    outcome = 'unknown';
    if (session.lost) throw error;
    await run.cancellation.settled();
    if (error instanceof TimeUp && running > 0) await cancel(session, transaction.pid);
    // After an error, the server accepts only a rollback in this transaction. A script that failed has already been
    // rolled back.
    const current = isScript ? transaction : await readTransaction(session).catch(() => transaction);
    if (session.lost) throw error;
    await session.script('rollback');
    if (current.id !== transaction.id || (await wasCommitted(session, transaction.id))) {
      throw violation(step.id, endedTransaction, 'unknown', applied, { cause: error });
    }
    outcome = 'rolled back';
    if (!(error instanceof TimeUp)) throw error;
    const details = { revision: step.id, file: revision?.file ?? '', seconds: settings.codeTimeout, applied };
    throw kernelError('CODE_TIMEOUT', details);
  }
  outcome = 'committed';
  return [step.id];
}

/** Refuses a revision that keeps the server from counting the rows that it changes. */
async function assertCounting(session: Session, revision: string, applied: readonly string[]): Promise<void> {
  const [row] = await session.query<{ counting: boolean }>(
    "select pg_catalog.current_setting('track_counts')::pg_catalog.bool as counting",
  );
  if (row?.counting !== true) throw violation(revision, 'it turns off track_counts', 'rolled back', applied);
}

/** Returns the SQL in the ledger that reverts a revision whose package is missing. */
async function readDown(session: Session, id: string): Promise<string> {
  const [row] = await session.query<{ down: string | null }>(
    `select down from ${quoteIdentifier(session.schemas.ledger)}.ledger where plugin || '@' || slug = $1`,
    [id],
  );
  return row?.down ?? '';
}

/** Whether the statements of a code revision are in the database. */
type Outcome = 'rolled back' | 'committed' | 'unknown';

const lateQuery = 'it runs a query after its function has ended, and this query did not run; await every query';

const endedTransaction = 'its transaction ended before its ledger row was written';

/** Thrown when a function runs longer than `upgrade.codeTimeout`. It leaves this file only if the connection broke. */
class TimeUp extends Error {
  constructor() {
    super('its function ran longer than `upgrade.codeTimeout`, and the server did not answer');
  }
}

/** Runs `work`. Throws {@link TimeUp} if it takes longer than `seconds`; 0 means no limit. */
async function withinTime(seconds: number, work: () => Promise<void>): Promise<void> {
  if (seconds === 0) return work();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TimeUp()), seconds * 1000);
  try {
    await Promise.race([work(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A transaction, by its id, and the server process behind any pooler. */
interface Transaction {
  readonly id: string | null;
  readonly pid: number | null;
}

/** Assigns an id to the open transaction. Returns it with the id of the server process behind any pooler. */
async function readTransaction(session: Session): Promise<Transaction> {
  const [row] = await session.query<{ id: string; pid: number }>(
    'select pg_current_xact_id()::text as id, pg_backend_pid() as pid',
  );
  return row ?? { id: null, pid: null };
}

/** Whether a statement of the revision has committed the transaction in which it began. */
async function wasCommitted(session: Session, id: string | null): Promise<boolean> {
  const [row] = await session.query<{ status: string | null }>('select pg_xact_status($1::text::xid8) as status', [id]);
  return row?.status === 'committed';
}

/** Cancels the running query: a rollback would wait for its end. The embedded database runs one query at a time. */
async function cancel(session: Session, pid: number | null): Promise<void> {
  const other = await session.sibling().catch(() => null);
  await other?.query('select pg_cancel_backend($1)', [pid]).catch(() => {});
  await other?.close().catch(() => {});
}

function assertAllowed(revision: string, statement: Sql, applied: readonly string[]): void {
  if (!isSql(statement)) {
    throw violation(revision, 'it passes a value to `query` that was not created by `sql`', 'rolled back', applied);
  }
  const keyword = forbidden.exec(fromFirstKeyword(statement.text))?.[0];
  if (keyword !== undefined) throw violation(revision, `it runs "${keyword}"`, 'rolled back', applied);
}

function violation(
  revision: string,
  reason: string,
  outcome: Outcome,
  applied: readonly string[],
  options?: ErrorOptions,
): KernelError {
  return kernelError('ENVELOPE_VIOLATED', { revision, reason, outcome, applied }, options);
}
