import type { Session } from '../db/session.ts';
import { lockArguments, lockCondition } from './migration-lock.ts';

/** The process that holds the migration lock, as the server sees it. */
export interface LockHolder {
  /** The process id of its server process. */
  readonly pid: number;
  /** The name that it gave itself: `headwater 4711.k3v9xa@host` for a kernel. */
  readonly application: string;
  readonly user: string;
  /** Its address; `null` for a local socket. */
  readonly client: string | null;
  /** The time in milliseconds since its transaction began. */
  readonly milliseconds: number;
  /** What it waits for, such as `Lock: relation`; `null` if it does not wait. */
  readonly waitsFor: string | null;
  /**
   * The revisions in its statement, as far as the server shows it: one, or the first ones of a batch. Empty if the
   * statement belongs to another user.
   */
  readonly revisions: readonly string[];
}

/** The largest number of revisions in a comment. By default the server shows the first 1024 bytes of a statement. */
const mostNamed = 10;

/** Returns the comment that begins the SQL of a run, so that `pg_stat_activity` shows which revisions are running. */
export function runComment(steps: readonly { readonly id: string }[]): string {
  const ids = steps.slice(0, mostNamed).map(({ id }) => id);
  return `-- headwater: ${ids.join(' ')}${steps.length > mostNamed ? ' ...' : ''}\n`;
}

/** Returns the ids in the comment of {@link runComment}. */
function namedIn(statement: string): readonly string[] {
  const [, ids = ''] = /^-- headwater: (.*)/.exec(statement) ?? [];
  return ids.split(' ').filter((id) => id.includes('@'));
}

/** Returns the process that runs revisions at this moment; `null` if there is none. */
export async function readLockHolder({ query, schemas }: Session): Promise<LockHolder | null> {
  const [row] = await query<Omit<LockHolder, 'revisions'> & { readonly statement: string }>(
    `select a.pid, coalesce(a.application_name, '') as application, coalesce(a.usename, '') as user,
        a.client_addr::text as client, (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as milliseconds,
        case when a.wait_event_type = 'Lock' then 'Lock: ' || a.wait_event end as "waitsFor", coalesce(a.query, '') as statement
      from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and a.pid <> pg_backend_pid()
        and l.database = (select oid from pg_database where datname = current_database())
        and ${lockCondition(lockArguments(schemas))}`,
  );
  if (row === undefined) return null;
  const { statement, ...holder } = row;
  return { ...holder, revisions: namedIn(statement) };
}
