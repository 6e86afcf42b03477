import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../db/session.ts';

/** A server process, as shown by pg_stat_activity. */
export interface Backend {
  readonly pid: number;
  readonly application_name: string;
  readonly usename: string | null;
  readonly client_addr: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
}

/** The columns of a {@link Backend}, from pg_stat_activity as `a`. */
export const backendColumns = `a.pid, a.application_name, a.usename, a.client_addr::text, a.state,
  extract(epoch from clock_timestamp() - a.xact_start)::int as seconds`;

/**
 * Describes a server process for a message: its client, user, address, state, and how long its transaction has been
 * running.
 */
export function describeBackend(b: Backend): string {
  const name = b.application_name === '' ? '' : ` "${b.application_name}"`;
  const from = b.client_addr === null ? '' : ` from ${b.client_addr}`;
  const since = b.seconds === null ? '' : ` for ${b.seconds} s`;
  return `process ${b.pid}${name} of user "${b.usename ?? '?'}"${from}, ${b.state ?? 'state unknown'}${since}`;
}

/**
 * After half a `lock_timeout`, looks up the processes that block `session`, over a second connection. `stop` returns a
 * description of each for a message.
 */
export function watchBlockers(
  session: Session,
  lockTimeout: number,
): { readonly stop: () => Promise<readonly string[]> } {
  const { pid } = session;
  const aborted = new AbortController();
  const find = async (): Promise<readonly string[]> => {
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
      // The result is used only in an error message.
      return [];
    }
  };
  const found = find();
  return {
    stop() {
      aborted.abort();
      return found;
    },
  };
}

async function blockersOf(session: Session, pid: number): Promise<readonly string[]> {
  const rows = await session.query<Backend>(
    `select ${backendColumns} from pg_stat_activity a where a.pid = any(pg_blocking_pids($1))`,
    [pid],
  );
  return rows.map(describeBackend);
}
