import { setTimeout as sleep } from 'node:timers/promises';
import { kernelError } from '../error/kernel-codes.ts';
import type { Session } from '../db/session.ts';

/**
 * The advisory lock under which anything of the ledger changes. PostgreSQL scopes it to the database. Only ever taken
 * with `pg_try_advisory_xact_lock`: a waiter that blocks holds a snapshot and deadlocks with a concurrent index build,
 * and a session lock through a transaction-mode pooler outlives its owner. The number is the first eight bytes of
 * sha256('headwater'), as a signed integer.
 */
export const lockKey = '6157534322981229778';

/** Milliseconds between two looks at a lock that is held: short enough to take turns, spread so that nobody collides. */
function pause(): number {
  return 40 + Math.random() * 160;
}

/**
 * Waits until the lock is free, without holding anything in between. It may be taken again at once: the caller reads
 * the ledger and tries. Throws LOCK_WAIT_TIMEOUT at `deadline` (milliseconds, as of `performance.now()`).
 */
export async function waitForLock(session: Session, deadline: number, waited: number): Promise<void> {
  for (;;) {
    await sleep(pause());
    const [row] = await session.query<{ free: boolean }>(`select pg_try_advisory_xact_lock(${lockKey}) as free`);
    if (row?.free === true) return;
    if (performance.now() >= deadline) {
      throw kernelError('LOCK_WAIT_TIMEOUT', { seconds: waited, holder: await holderOf(session) });
    }
  }
}

interface Backend {
  readonly pid: number;
  readonly application_name: string;
  readonly usename: string | null;
  readonly client_addr: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
}

const backendColumns = `a.pid, a.application_name, a.usename, a.client_addr::text, a.state,
  extract(epoch from clock_timestamp() - a.xact_start)::int as seconds`;

async function holderOf(session: Session): Promise<string | null> {
  const rows = await session.query<Backend>(
    `select ${backendColumns} from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32 | l.objid::bigint) = ${lockKey}`,
  );
  return rows[0] === undefined ? null : explainBackend(rows[0]);
}

/** Who blocks the server process `pid` at this moment, as people would name them. */
async function blockersOf(session: Session, pid: number): Promise<readonly string[]> {
  const rows = await session.query<Backend>(
    `select ${backendColumns} from pg_stat_activity a where a.pid = any(pg_blocking_pids($1))`,
    [pid],
  );
  return rows.map(explainBackend);
}

function explainBackend(b: Backend): string {
  const name = b.application_name === '' ? '' : ` "${b.application_name}"`;
  const from = b.client_addr === null ? '' : ` from ${b.client_addr}`;
  const since = b.seconds === null ? '' : ` for ${b.seconds} s`;
  return `process ${b.pid}${name} of user "${b.usename ?? '?'}"${from}, ${b.state ?? 'state unknown'}${since}`;
}

/** Asks over a second connection, half a `lock_timeout` from now, which processes block `session`. */
export function watchBlockers(
  session: Session,
  lockTimeout: number,
): { readonly stop: () => Promise<readonly string[]> } {
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
      // It only serves an error message.
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
