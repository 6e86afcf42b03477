/**
 * Returns PL/pgSQL that sets two settings that some servers lack. `transaction_timeout` (PostgreSQL 17) must not end a
 * migration. `client_connection_check_interval` lets the server notice at once that the client was killed, and not only
 * at the end of the running statement, so that it releases the migration lock. `scope` is how long they apply.
 */
export function optionalLimits(scope: 'transaction' | 'session'): string {
  const isLocal = String(scope === 'transaction');
  return `if current_setting('transaction_timeout', true) is not null then
    perform set_config('transaction_timeout', '0', ${isLocal});
  end if;
  begin
    perform set_config('client_connection_check_interval', '200', ${isLocal});
  exception when others then null;
  end;`;
}
