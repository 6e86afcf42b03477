import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { Revision } from '../plugin/revision.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';
import type { Batch, RunnableStep } from './batches.ts';
import { runBreakingCommand } from './breaking-command.ts';
import { rowOf } from './ledger-row.ts';
import { recordBlock } from './single-step.ts';
import { openLockedTransaction } from './locked-transaction.ts';
import { NontransactionalError, type InvalidIndex } from './nontransactional-error.ts';
import { textLimit } from './restore-session.ts';
import type { OnBegin, RunContext } from './run-context.ts';
import { openSecondConnection } from '../db/preflight.ts';
import type { Session } from '../db/session.ts';
import { optionalLimits } from '../db/session-limits.ts';

/**
 * Runs a revision with `transaction: false`: one statement that PostgreSQL does not allow in a transaction. The run's
 * connection holds the migration lock in an idle READ COMMITTED transaction, which does not block a concurrent index
 * build, while a second connection runs the statement. The revision's `check` runs twice. It runs before the statement
 * because an earlier run may have crashed between the statement and its ledger row, and after it so that a row always
 * means that the revision is applied. Only SQL from the ledger may lack a check; it always runs.
 */
export async function runNontransactional(
  run: RunContext,
  batch: Batch,
  attemptId: string,
  onBegin: OnBegin,
  applied: readonly string[],
): Promise<readonly string[]> {
  const step = batch.steps[0];
  const revision = step?.revision;
  if (step === undefined || revision === null || revision === undefined) return [];
  const { session } = run;
  const row = rowOf(run.id, step, attemptId);
  if (!step.proven) await assertOwn(run, step, applied);
  if (!(await openLockedTransaction(run, row, batch.direction, 0))) return [];
  await runBreakingCommand(run, step, applied);
  onBegin(step);
  const began = performance.now();
  let second: Session | null = null;
  try {
    second = await openSecond(run, revision);
    if (second === null) {
      // There is only one connection, so no other process can interfere: release the lock and retake it afterwards.
      await session.script('rollback');
      await session.script(pathSetting(run));
      try {
        await runStatement(run, session, revision, batch.direction);
      } finally {
        await session.script('reset search_path');
      }
      if (!(await openLockedTransaction(run, row, batch.direction, 0))) return [];
    } else {
      try {
        if (await ownsServerProcess(second))
          await second.script(sessionSettings(run, textOf(revision, batch.direction)));
        const watched = await run.watch?.(step, { pid: second.pid, inTransaction: false });
        await runStatement(run, second, revision, batch.direction);
        await watched?.ran();
      } finally {
        await second.close().catch(() => {});
      }
    }
    await session.script(`${recordBlock(row, batch.direction, performance.now() - began, run)}\ncommit;`);
  } catch (error) {
    if (!session.lost) await session.script('rollback').catch(() => {});
    if (isKernelError(error)) throw error;
    if (error instanceof NontransactionalError) throw error;
    // The statement may have taken effect before this error.
    throw new NontransactionalError(error, session.lost || second?.lost === true, null);
  }
  return [step.id];
}

/**
 * Refuses a statement that visibly touches what its plugin does not own: unlike one in a transaction, it could not be
 * rolled back.
 */
async function assertOwn(run: RunContext, step: RunnableStep, applied: readonly string[]): Promise<void> {
  const { id, revision, direction } = step;
  if (revision === null) return;
  const [{ proveText }, { notAllowedIn, violationsOf }] = await Promise.all([
    import('../ownership/static-proof.ts'),
    import('../ownership/rule-book.ts'),
  ]);
  const { plugin } = revision;
  const objects = await run.owners.read();
  const { ledger } = run.session.schemas;
  const context = { schema: trackedSchema(objects), author: { id, plugin }, knowsAll: true, hidesCode: true, ledger };
  const { touches } = await proveText(textOf(revision, direction), context);
  const found = violationsOf(touches, { objects, plugin, openTables: run.openTables, reserved: await run.reserved() });
  const violations = notAllowedIn(textOf(revision, direction), found);
  if (violations.length > 0)
    throw kernelError('OWNERSHIP_VIOLATED', { revision: id, plugin, direction, violations, ran: false, applied });
}

/** Opens the second connection. If that fails, the run tries again, as it does when its own connection breaks. */
async function openSecond({ session }: RunContext, revision: Revision): Promise<Session | null> {
  try {
    return await openSecondConnection(session, revision.id);
  } catch (error) {
    if (!isKernelError(error, 'DATABASE_UNREACHABLE')) throw error;
    const cause = kernelError('DATABASE_UNREACHABLE', { ...error.details, connected: true }, { cause: error });
    throw new NontransactionalError(cause, true, null);
  }
}

/**
 * Whether settings of the session end with it. A pooler may run each message in another server process, which keeps the
 * settings for its next client; it gives its clients process ids of its own. The embedded database has only one session.
 */
async function ownsServerProcess(session: Session): Promise<boolean> {
  const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  return row?.pid === session.pid;
}

/**
 * The settings of the second connection, which the settings of the role must not cut short. A concurrent index build
 * waits for old transactions without blocking others, so it has no lock timeout.
 */
function sessionSettings(run: RunContext, text: string): string {
  const { settings } = run;
  const lockTimeout = /\bconcurrently\b/i.test(text) ? 0 : Math.round(settings.lockTimeout * 1000);
  return `set lock_timeout = ${lockTimeout}; set statement_timeout = ${Math.round(settings.statementTimeout * 1000)};
set idle_session_timeout = 0;
${pathSetting(run)}
do $$ begin ${optionalLimits('session')} end $$`;
}

/** Names in the statement, and in its check, are in the schema of the tables. */
function pathSetting({ session }: RunContext): string {
  return `set search_path = ${quoteIdentifier(session.schemas.tables)};`;
}

function textOf(revision: Revision, direction: 'up' | 'down'): string {
  const body = direction === 'up' ? revision.up : revision.down;
  return body?.kind === 'sql' ? body.text : '';
}

async function runStatement(
  run: RunContext,
  session: Session,
  revision: Revision,
  direction: 'up' | 'down',
): Promise<void> {
  const expected = direction === 'up';
  const text = textOf(revision, direction);
  if ((await isInEffect(run, session, revision)) === expected) return;
  const leftover = expected ? await findInvalidIndex(session, text) : null;
  if (leftover !== null) await session.query(dropOf(leftover), [], textLimit(run.settings));
  try {
    await session.query(text, [], textLimit(run.settings));
  } catch (error) {
    throw new NontransactionalError(error, session.lost, await cleanUp(run, session, text));
  }
  if (revision.check === null || (await isInEffect(run, session, revision)) === expected) return;
  const reason = `its statement ran, but its check still returns ${String(!expected)}`;
  throw kernelError('STEP_INCOMPLETE', { revision: revision.id, reason });
}

/** Returns the answer of the revision's `check`; `null` if it has none. */
async function isInEffect(run: RunContext, session: Session, { check }: Revision): Promise<boolean | null> {
  if (check === null) return null;
  const [row] = await session.query<Record<string, unknown>>(check, [], textLimit(run.settings));
  return row !== undefined && Object.values(row)[0] === true;
}

/**
 * Returns the INVALID index that a failed concurrent build left under the name in `text`, quoted. Unless it is dropped,
 * `if not exists` succeeds the next time and leaves the index invalid.
 */
async function findInvalidIndex(session: Session, text: string): Promise<string | null> {
  if (!/\bcreate\s+(?:unique\s+)?index\s+concurrently\b/i.test(text)) return null;
  // Almost no database has one, and the parser takes a fifth of the memory of a run.
  const [invalid] = await session.query('select 1 as found from pg_index where not indisvalid limit 1');
  if (invalid === undefined) return null;
  const { concurrentIndexOf } = await import('./concurrent-index.ts');
  const index = await concurrentIndexOf(text);
  if (index === null) return null;
  const [leftover] = await session.query<{ name: string }>(
    `select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relname = $1 and i.indrelid = to_regclass($2) and not i.indisvalid`,
    [index.name, index.table],
  );
  return leftover?.name ?? null;
}

function dropOf(index: string): string {
  return `drop index concurrently ${index}`;
}

/**
 * Drops the INVALID index that the failed statement left behind, because a unique index rejects rows even while it is
 * invalid. Returns its name and whether it is gone; `null` if there is none, or if the database does not answer.
 */
async function cleanUp({ settings }: RunContext, session: Session, text: string): Promise<InvalidIndex | null> {
  const index = await findInvalidIndex(session, text).catch(() => null);
  if (index === null) return null;
  try {
    // The drop waits for transactions that use the table, and must not wait forever for one that blocked the build.
    const limit = Math.max(1, Math.round(settings.lockTimeout * 1000));
    if (await ownsServerProcess(session)) {
      await session.script(`set lock_timeout = ${limit}; set statement_timeout = 0`);
    }
    await session.query(dropOf(index));
    return { index, dropped: true };
  } catch {
    return { index, dropped: false };
  }
}
