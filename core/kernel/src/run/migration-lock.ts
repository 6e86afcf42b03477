import { usualSchemas, type Schemas } from '../config/schemas.ts';
import type { Session } from '../db/session.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { hash } from '../runtime/lazy-crypto.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import type { Cancellation } from './cancellation.ts';
import { backendColumns, describeBackend, type Backend } from './server-processes.ts';

/**
 * The key of the advisory lock that protects the ledger in the schema `kernel`, for ever: kernels of all versions meet
 * during a deployment. It also protects the creation of every other ledger. PostgreSQL scopes it to the database. It is taken only with
 * `pg_try_advisory_xact_lock`: a blocking wait holds a snapshot and deadlocks with a concurrent index build, and a
 * session lock outlives its owner behind a pooler in transaction mode. The number is the first eight bytes of
 * sha256('headwater'), as a signed integer.
 */
export const lockKey = '6157534322981229778';

/** The first key of the locks of other ledgers: the first four bytes of sha256('headwater ledger'), as a signed integer. */
const ledgerClass = -688_524_257;

/** Returns the arguments of the lock functions for the ledger in `schema`. */
export function lockArguments({ ledger }: Pick<Schemas, 'ledger'>): string {
  if (ledger === usualSchemas.ledger) return lockKey;
  return `${ledgerClass}, ${Number.parseInt(hash('sha256', ledger).slice(0, 8), 16) | 0}`;
}

/** Returns PL/pgSQL that takes the lock, or raises "busy". */
export function takeLock(schemas: Pick<Schemas, 'ledger'>): string {
  return take(lockArguments(schemas));
}

/**
 * Returns PL/pgSQL that takes the locks under which a ledger is created. Two new ledgers that claim the same tables have
 * locks of their own, but share that of the ledger in `kernel`.
 */
export function takeCreationLock(schemas: Pick<Schemas, 'ledger'>): string {
  return [...new Set([lockArguments(schemas), lockKey])].map(take).join('\n  ');
}

function take(key: string): string {
  return `if not pg_catalog.pg_try_advisory_xact_lock(${key}) then
    raise exception using errcode = '${kernelSqlState.busy}', message = 'another session holds the migration lock';
  end if;`;
}

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
  const locks = await locksOf(session);
  const free = locks.map((key) => `pg_try_advisory_xact_lock(${key})`).join(' and ');
  for (;;) {
    await pause(turn());
    const [row] = await session.query<{ free: boolean }>(`select ${free} as free`);
    if (row?.free === true) return;
    if (performance.now() >= deadline) {
      throw kernelError('LOCK_WAIT_TIMEOUT', { seconds, holder: await lockHolder(session, locks) });
    }
  }
}

/** Returns the locks that a run waits for: while there is no ledger yet, also the one under which it is created. */
async function locksOf({ query, schemas }: Session): Promise<readonly string[]> {
  const own = lockArguments(schemas);
  if (own === lockKey) return [own];
  const name = quoteLiteral(`${quoteIdentifier(schemas.ledger)}.format`);
  const [row] = await query<{ exists: boolean }>(`select to_regclass(${name}) is not null as exists`);
  return row?.exists === true ? [own] : [own, lockKey];
}

async function lockHolder(session: Session, locks: readonly string[]): Promise<string | null> {
  const keys = locks.map(lockCondition);
  const [holder] = await session.query<Backend>(
    `select ${backendColumns} from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and (${keys.join(' or ')})
        and l.database = (select oid from pg_database where datname = current_database())`,
  );
  return holder === undefined ? null : describeBackend(holder);
}

/** Returns the condition for the rows `l` of `pg_locks` that are the lock with these arguments (see {@link lockArguments}). */
export function lockCondition(key: string): string {
  // PostgreSQL splits a key of 64 bits into two of 32, which it reports as unsigned numbers.
  if (key === lockKey) return `l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = ${key}`;
  const parts = key.split(', ').map((part) => Number(part) >>> 0);
  return `l.objsubid = 2 and (l.classid::bigint, l.objid::bigint) = (${parts.join(', ')})`;
}
