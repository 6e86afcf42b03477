import type { UpgradeSettings } from '../config/config.ts';

/**
 * Returns statements that set the limits of a transaction, so that the settings of the role and the database do not
 * matter. `revisions` is the number of revisions in the transaction: they run in one statement, whose time limit is the
 * sum of theirs. The same text works in SQL and in PL/pgSQL.
 */
export function transactionLimits(settings: UpgradeSettings, revisions = 1): string {
  return `set local lock_timeout = ${milliseconds(settings.lockTimeout)};
set local statement_timeout = ${milliseconds(settings.statementTimeout) * revisions};
set local idle_in_transaction_session_timeout = 0;
set local client_min_messages = notice;`;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/**
 * PL/pgSQL that sets two settings which not every server has: `transaction_timeout` (PostgreSQL 17) must not end a
 * migration, and `client_connection_check_interval` lets the server notice a killed process at once and not only at the
 * end of the running statement, so that the migration lock is released.
 */
export const optionalLimits = `if current_setting('transaction_timeout', true) is not null then
    perform set_config('transaction_timeout', '0', true);
  end if;
  begin
    perform set_config('client_connection_check_interval', '200', true);
  exception when others then null;
  end;`;

/**
 * Returns PL/pgSQL that undoes everything that a revision can leave in its session: settings, role and session
 * authorization, temporary objects, the values of `lastval` and `currval`, plans, cursors, prepared statements, `listen`
 * registrations and session advisory locks. So the next revision finds the session as if it ran alone. `limits` are the
 * statements of {@link transactionLimits}, since `reset all` also resets those. Constraint modes cannot be restored
 * inside a transaction; batches end before revisions that depend on them.
 */
export function restoreSession(limits: string): string {
  return `perform pg_catalog.pg_advisory_unlock_all();
    reset session authorization;
    reset role;
    reset all;
    ${limits}
    if current_setting('transaction_timeout', true) is not null then
      perform set_config('transaction_timeout', '0', true);
    end if;
    perform set_config('client_connection_check_interval', check_interval, true);
    execute 'close all';
    deallocate all;
    unlisten *;
    discard temp;
    discard sequences;
    discard plans;`;
}
