import { usualSchemas } from '../config/schemas.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { shortMessage } from '../error/short-message.ts';
import { explainSessionError } from './explain-session-error.ts';
import { ResponseTimeout } from './limit-responses.ts';
import { serverErrorOf } from './server-error.ts';
import { optionalLimits } from './session-limits.ts';
import type { Session } from './session.ts';
import { kernelSqlState } from './sql-state.ts';
import { oldestSupportedMajor } from './supported-versions.ts';

interface Facts {
  readonly version: number;
  readonly recovery: boolean;
  readonly read_only: boolean;
  readonly has_ledger: boolean;
  /** `null` if the schema does not exist. */
  readonly may_use: boolean | null;
  readonly may_create: boolean;
}

/** The pending revisions, for messages and for the checks that depend on them. */
export interface Pending {
  readonly ids: readonly string[];
  /** The first revision that runs outside a transaction, which needs a second connection. `null` if none does. */
  readonly outside: string | null;
}

/**
 * Checks the server before the first write of a run, so that the run does not fail halfway. Throws
 * DATABASE_UNSUPPORTED, DATABASE_READ_ONLY, DATABASE_PRIVILEGE and DIRECT_CONNECTION_NEEDED.
 */
export async function assertServerFits(session: Session, { ids, outside }: Pending): Promise<void> {
  await assertWritable(session, ids);
  await beginAlone(session, outside === null ? selfTestTakes : openingTakes);
  try {
    if (outside !== null) await assertSecondConnection(session, outside);
  } finally {
    await session.script('rollback');
  }
}

/** The key of the advisory lock of the self-test: the first eight bytes of sha256('headwater self-test'). */
export const selfTestKey = '-7530768422234147428';

/** The time in seconds within which the self-test ends, if it opens no second connection. */
const selfTestTakes = 5;

/** The time in seconds within which a second connection has been opened and has answered. */
export const openingTakes = 30;

/**
 * Opens a transaction that spans several messages, which a pooler in statement mode rejects. In it, takes an advisory
 * lock: a server that only claims to hold it would let two upgrades run at once. The server ends the transaction if it
 * hears nothing for `idle` seconds, whatever the limit of the role is: a pooler with one connection would otherwise serve
 * nobody after this client went silent.
 */
export async function beginAlone(session: Session, idle: number): Promise<void> {
  try {
    await session.script(`begin;
set local idle_in_transaction_session_timeout = ${idle * 1000};
do $$ begin
  ${optionalLimits('transaction')}
  if pg_catalog.pg_try_advisory_xact_lock(${selfTestKey}) and not exists (
      select from pg_catalog.pg_locks where locktype = 'advisory' and granted and pid = pg_catalog.pg_backend_pid()) then
    raise exception using errcode = '${kernelSqlState.unsupported}', message = 'whose advisory locks are not held';
  end if;
end $$`);
  } catch (error) {
    const expected = 'PostgreSQL, or PgBouncer in session or transaction mode';
    const database = session.shown;
    if (/statement pooling/i.test(shortMessage(error))) {
      const found = 'a pooler in statement mode';
      throw kernelError('DATABASE_UNSUPPORTED', { database, found, expected }, { cause: error });
    }
    if (serverErrorOf(error)?.code !== kernelSqlState.unsupported) throw error;
    const found = `a server ${shortMessage(error)}`;
    throw kernelError('DATABASE_UNSUPPORTED', { database, found, expected }, { cause: error });
  }
}

/** The time in seconds within which a second connection must answer, while the first is in a transaction. */
const secondConnectionTimeout = 5;

/**
 * Checks that a second connection answers. A pooler with a pool of one accepts it, but never answers its queries. Throws
 * DIRECT_CONNECTION_NEEDED, or DATABASE_UNREACHABLE for a connection that cannot be opened or breaks.
 */
async function assertSecondConnection(session: Session, revision: string): Promise<void> {
  const second = await openSecondConnection(session, revision);
  try {
    await assertOwnPath(second);
  } catch (error) {
    if (second?.lost === true && !(error instanceof ResponseTimeout)) throw explainSessionError(error, second);
    throw directConnectionNeeded(session, revision, error);
  } finally {
    await second?.close().catch(() => {});
  }
}

/**
 * Opens the connection on which a revision runs outside a transaction; returns `null` if the database serves only one.
 * Throws DIRECT_CONNECTION_NEEDED if the host's connection cannot have a second one, and the errors of connecting.
 */
export async function openSecondConnection(session: Session, revision: string): Promise<Session | null> {
  try {
    return await session.sibling();
  } catch (error) {
    throw isKernelError(error) ? error : directConnectionNeeded(session, revision, error);
  }
}

function directConnectionNeeded({ shown }: Session, revision: string, cause: unknown): KernelError {
  const details = { revision, database: shown, reason: shortMessage(cause) };
  return kernelError('DIRECT_CONNECTION_NEEDED', details, { cause });
}

/**
 * Checks that the SQL of services finds the tables. On a direct connection their pool sets the search path, but behind a
 * pooler the setting would stay behind for others, so there that of the role must begin with the schema of the tables.
 * The tables of another application could have the same names. Throws SEARCH_PATH_WRONG.
 */
export async function assertServicesFindTables(session: Session): Promise<void> {
  const { tables } = session.schemas;
  if (session.kind === 'pglite' || tables === usualSchemas.tables) return;
  const [row] = await session.query<{ pid: number; home: string | null; database: string; user: string }>(
    `select pg_backend_pid() as pid, current_schema()::text as home, current_database()::text as database,
      current_user::text as user`,
  );
  if (row === undefined || row.pid === session.pid || row.home === tables) return;
  const { home, database, user } = row;
  throw kernelError('SEARCH_PATH_WRONG', { shown: session.shown, tables, home, database, user });
}

/**
 * Checks that a statement outside a transaction finds its names in the schema of the tables. Behind a pooler, the
 * settings of a session would stay behind, so there the search path of the role must begin with that schema.
 */
async function assertOwnPath(second: Session | null): Promise<void> {
  const [row] =
    (await second?.query<{ pid: number; home: string | null }>(
      'select pg_backend_pid() as pid, current_schema()::text as home',
      [],
      secondConnectionTimeout,
    )) ?? [];
  if (second === null || row === undefined || row.pid === second.pid || row.home === second.schemas.tables) return;
  throw new Error(`behind a pooler, the search path of its connections must begin with "${second.schemas.tables}"`);
}

async function assertWritable(session: Session, pending: readonly string[]): Promise<void> {
  const { schemas } = session;
  const [facts] = await session.query<Facts>(
    `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as recovery,
      current_setting('default_transaction_read_only') = 'on' as read_only,
      exists (select from pg_namespace where nspname = $1) as has_ledger,
      (select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = $2) as may_use,
      has_database_privilege(current_database(), 'create') as may_create`,
    [schemas.ledger, schemas.tables],
  );
  if (facts === undefined) return;
  const database = session.shown;
  if (facts.version < oldestSupportedMajor) {
    const expected = `PostgreSQL ${oldestSupportedMajor} or newer`;
    throw kernelError('DATABASE_UNSUPPORTED', { database, found: `PostgreSQL ${facts.version}`, expected });
  }
  if (facts.recovery) throw kernelError('DATABASE_READ_ONLY', { database, reason: 'is a standby server', pending });
  if (facts.read_only) throw kernelError('DATABASE_READ_ONLY', { database, reason: 'is read-only', pending });
  if ((!facts.has_ledger || facts.may_use === null) && !facts.may_create) {
    const [what, schema] = facts.has_ledger ? ['tables need', schemas.tables] : ['ledger needs', schemas.ledger];
    const missing = `create on database (the ${what} the schema "${schema}")`;
    throw kernelError('DATABASE_PRIVILEGE', { database, user: session.user, missing, revision: null });
  }
  if (facts.may_use === false) {
    // Otherwise the server would say that no schema has been selected to create in.
    const missing = `permission denied for schema ${schemas.tables}`;
    throw kernelError('DATABASE_PRIVILEGE', { database, user: session.user, missing, revision: pending[0] ?? null });
  }
}
