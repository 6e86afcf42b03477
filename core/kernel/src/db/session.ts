import type { DatabaseTarget } from '../config/config.ts';
import { openPostgres } from './postgres-session.ts';

/** A message that the server sends while a statement runs. */
export interface Notice {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

/**
 * One dedicated connection, the same for PostgreSQL and PGlite. It knows nothing of revisions: the protocol above it is
 * written once. Statements are never named, so that any connection pooler may sit between.
 */
export interface Session {
  readonly kind: 'postgres' | 'pglite';
  /** Host and database, without any secret. */
  readonly shown: string;
  readonly user: string;
  /** The server's process id, as far as the connection knows it. */
  readonly pid: number | null;
  /** Whether the connection has broken. */
  readonly lost: boolean;
  /**
   * Runs statements separated by semicolons in one round trip. Where one fails, an open transaction is rolled back
   * before the error comes out.
   */
  readonly script: (text: string, onNotice?: (notice: Notice) => void) => Promise<void>;
  /** Runs exactly one statement and gives its rows. */
  readonly query: <Row>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** A second connection past any pooler; `null` where the database serves only one. */
  readonly sibling: () => Promise<Session | null>;
  /** Connects anew to the same place, after the connection was lost. Throws like {@link openSession}. */
  readonly reconnect: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens a session. Throws DATABASE_UNREACHABLE, DIRECTORY_IN_USE and the other refusals of its driver. */
export async function openSession(target: DatabaseTarget): Promise<Session> {
  if (target.kind === 'postgres') return openPostgres(target);
  const { openPglite } = await import('./pglite-session.ts');
  return openPglite(target);
}
