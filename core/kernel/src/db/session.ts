import type { DatabaseTarget } from '../config/config.ts';
import type { Schemas } from '../config/schemas.ts';
import { openPostgres } from './postgres-session.ts';

/** A notice that the server sends while a statement runs. */
export interface Notice {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

/**
 * One dedicated connection, with the same interface for PostgreSQL and PGlite. It knows nothing about revisions. It
 * uses no named prepared statements, so it works through any connection pooler.
 */
export interface Session {
  readonly kind: 'postgres' | 'pglite';
  /** Host and database, without secrets: `db.example.com:5432/shop`. */
  readonly shown: string;
  /** The schemas of the application whose session it is. */
  readonly schemas: Schemas;
  readonly user: string;
  /**
   * The name of the connection on the server, which no other session has. Reconnecting keeps it, and siblings share it.
   * `null` for the connections of a host and for the embedded database.
   */
  readonly applicationName: string | null;
  /** The process id of the server process; `null` if unknown. */
  readonly pid: number | null;
  /** Whether the connection is broken. */
  readonly lost: boolean;
  /**
   * Runs statements separated by semicolons in one round trip. If one fails, an open transaction is rolled back before
   * the error is thrown. `limit` is for `limitResponses`.
   */
  readonly script: (text: string, onNotice?: (notice: Notice) => void, limit?: number) => Promise<void>;
  /** Runs exactly one statement and returns its rows. `limit` is for `limitResponses`. */
  readonly query: <Row>(text: string, values?: readonly unknown[], limit?: number) => Promise<readonly Row[]>;
  /**
   * Asks the server to cancel the running statement, which then fails with SQLSTATE 57014. Returns when the server has
   * received the request. If the server cannot be asked, breaks the connection. Has no effect if no statement runs, and
   * none on the embedded database, which answers no other request while a statement runs.
   */
  readonly cancel: () => Promise<void>;
  /** Breaks the connection, for example because the server does not answer. Running statements fail with `reason`. */
  readonly abandon: (reason: Error) => void;
  /** Opens a second connection, which bypasses a pooler; `null` if the database serves only one connection. */
  readonly sibling: () => Promise<Session | null>;
  /**
   * Reconnects to the same database after the connection was lost. Throws like {@link openSession}. `null` if there is
   * no way to connect again.
   */
  readonly reconnect: (() => Promise<void>) | null;
  readonly close: () => Promise<void>;
}

/**
 * Opens a session. Throws DATABASE_UNREACHABLE, DIRECTORY_IN_USE and the other errors of the two kinds of sessions.
 */
export async function openSession(target: DatabaseTarget): Promise<Session> {
  if (target.kind === 'postgres') return openPostgres(target);
  const { openPglite } = await import('./pglite-session.ts');
  return openPglite(target);
}
