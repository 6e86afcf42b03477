import type { Session } from '../db/session.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { Cancellation } from './cancellation.ts';
import { backendColumns, describeBackend, type Backend } from './server-processes.ts';

/**
 * The key of the advisory lock that protects the ledger. PostgreSQL scopes it to the database. It is taken only with
 * `pg_try_advisory_xact_lock`: a blocking wait holds a snapshot and deadlocks with a concurrent index build, and a
 * session lock outlives its owner behind a pooler in transaction mode. The number is the first eight bytes of
 * sha256('headwater'), as a signed integer.
 */
export const lockKey = '6157534322981229778';

/** PL/pgSQL that takes the lock, or raises "busy". */
export const takeLock = `if not pg_catalog.pg_try_advisory_xact_lock(${lockKey}) then
    raise exception using errcode = '${kernelSqlState.busy}', message = 'another session holds the migration lock';
  end if;`;

/**
 * Returns the delay before the next attempt, in milliseconds: short, so that processes take turns, and random, so that
 * they do not collide.
 */
function turn(): number {
  return 40 + Math.random() * 160;
}

/**
 * Waits until the lock is free, without holding anything in between. Another session may take it again immediately, so
 * the caller reads the ledger and retries. Throws LOCK_WAIT_TIMEOUT at `deadline`, in milliseconds on the clock of
 * `performance.now()`, and {@link Cancelled} if `pause` is cancelled. `seconds` is the total waiting time, for the
 * message.
 */
export async function waitForLock(
  session: Session,
  deadline: number,
  seconds: number,
  pause: Cancellation['pause'],
): Promise<void> {
  for (;;) {
    await pause(turn());
    const [row] = await session.query<{ free: boolean }>(`select pg_try_advisory_xact_lock(${lockKey}) as free`);
    if (row?.free === true) return;
    if (performance.now() >= deadline) {
      throw kernelError('LOCK_WAIT_TIMEOUT', { seconds, holder: await lockHolder(session) });
    }
  }
}

async function lockHolder(session: Session): Promise<string | null> {
  const [holder] = await session.query<Backend>(
    `select ${backendColumns} from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32 | l.objid::bigint) = ${lockKey}`,
  );
  return holder === undefined ? null : describeBackend(holder);
}
