import type { UpgradeLimits } from '../config/config.ts';
import type { Session } from '../db/session.ts';
import { dollarQuote, quoteIdentifier, quoteLiteral } from '../sql/quote.ts';

/**
 * Returns statements that set the limits and the search path of a transaction, so that the settings of the role and the
 * database do not matter: names without a schema are in that of the tables. `revisions` is the number of revisions in the
 * transaction: they run in one statement, whose time limit is the sum of theirs. `idle` is the number of seconds after
 * which the server ends a transaction whose client has gone silent; 0 means never. Behind a pooler, `reset all` has also
 * reset the name of the connection, by which `reconnect` finds it. The same text works in SQL and in PL/pgSQL.
 */
export function transactionSettings(
  { schemas: { tables }, applicationName }: Pick<Session, 'schemas' | 'applicationName'>,
  settings: Pick<UpgradeLimits, 'lockTimeout' | 'statementTimeout'>,
  revisions = 1,
  idle = 0,
): string {
  const name = applicationName === null ? '' : `set local application_name = ${quoteLiteral(applicationName)};\n`;
  return `${name}set local lock_timeout = ${milliseconds(settings.lockTimeout)};
set local statement_timeout = ${Math.min(milliseconds(settings.statementTimeout) * revisions, longestTimeout)};
set local idle_in_transaction_session_timeout = ${milliseconds(idle)};
set local client_min_messages = notice;
set local search_path = ${quoteIdentifier(tables)};`;
}

/**
 * Returns the number of seconds within which the server must answer a text of `revisions` revisions: the time until its
 * statement limit ends the statement, plus the time allowed for the answer. Returns 0 if there is no limit.
 */
export function textLimit(
  { statementTimeout, responseTimeout }: Pick<UpgradeLimits, 'statementTimeout' | 'responseTimeout'>,
  revisions = 1,
): number {
  if (statementTimeout === 0 || responseTimeout === 0) return 0;
  // Twice, since the server times the statement and the checks at the commit separately.
  return Math.min(2 * statementTimeout * revisions + responseTimeout, longestTimeout / 1000);
}

/** Milliseconds. PostgreSQL and the timers of Node count them in 32 bits. */
const longestTimeout = 2_147_483_647;

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/**
 * Returns PL/pgSQL that undoes everything that a revision can leave in its session: settings, role and session
 * authorization, temporary objects, the values of `lastval` and `currval`, plans, cursors, prepared statements,
 * `listen` registrations and session advisory locks. The next revision therefore finds the session as if it ran alone.
 * Deferred constraints are checked first, under the settings of the revision. Statements prepared by a pooler or a
 * shadow are kept: `deallocate all` would break other clients of the pooler. Nobody logs in to the embedded PostgreSQL,
 * so there `reset session authorization` changes nothing, and its only user is named. `limits` holds the statements of
 * {@link transactionSettings}, since `reset all` also resets those. Constraint modes cannot be restored inside a
 * transaction, so a batch ends before a revision that depends on them.
 */
export function restoreSession(limits: string): string {
  return `set constraints all immediate;
    perform pg_catalog.pg_advisory_unlock_all();
    reset session authorization;
    if pg_catalog.current_setting('session_authorization') = '' then
      set session authorization postgres;
    end if;
    reset role;
    reset all;
    ${limits}
    if current_setting('transaction_timeout', true) is not null then
      perform set_config('transaction_timeout', '0', true);
    end if;
    perform set_config('client_connection_check_interval', check_interval, true);
    execute 'close all';
    foreach statement in array array(select name from pg_catalog.pg_prepared_statements
        where from_sql and not starts_with(name, 'headwater_')) loop
      execute format('deallocate %I', statement);
    end loop;
    unlisten *;
    discard temp;
    discard sequences;`;
}

/** The variables of {@link restoreSession}. */
export const restoreDeclarations = `statement text;
  check_interval text := current_setting('client_connection_check_interval');`;

/**
 * Returns the script that runs SQL that is not a revision yet in a transaction of its own, and restores the session as an
 * upgrade does. It takes no lock and writes no row.
 */
export function isolatedScript(session: Pick<Session, 'schemas' | 'applicationName'>, text: string): string {
  const limits = transactionSettings(session, { lockTimeout: 0, statementTimeout: 0 });
  return `begin isolation level read committed read write;
${limits}
do ${dollarQuote(`declare
  ${restoreDeclarations}
begin
  execute ${dollarQuote(text)};
  ${restoreSession(limits)}
end`)};
commit;`;
}

/**
 * Returns the statement that restores the session after a code revision, inside its transaction, and after a failed one: a
 * rollback undoes neither prepared statements and session advisory locks nor, on the embedded PostgreSQL, the session
 * authorization.
 */
export function restoreScript(session: Pick<Session, 'schemas' | 'applicationName'>): string {
  return `do ${dollarQuote(`declare
  ${restoreDeclarations}
begin
  ${restoreSession(transactionSettings(session, { lockTimeout: 0, statementTimeout: 0 }))}
end`)};
`;
}
