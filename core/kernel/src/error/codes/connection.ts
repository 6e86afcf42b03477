import { defineError } from '../define-error.ts';
import { identifier } from '../identifier.ts';
import { exitCode } from '../exit-code.ts';
import { committedEarlier } from '../outcome-text.ts';

/** Why a connection of a host cannot be used, and the fix. */
const connectionProblems = {
  unknown: {
    found: 'it is neither a Pool or a Client of `pg` nor a PGlite instance',
    fix: 'Pass new Pool({ connectionString }) of `pg`, or leave it out: the kernel then connects to `config.database`.',
  },
  notConnected: {
    found: 'the client is not connected',
    fix: 'Call `await client.connect()` first, and `client.end()` after kernel.close().',
  },
  inTransaction: {
    found: 'a transaction is open on the client, and the kernel begins and ends its own',
    fix: 'Commit or roll back first, or pass a pool.',
  },
  notExclusive: {
    found: 'it resets the settings, prepared statements and temporary tables of the client',
    fix: 'Pass { exclusive: true } if nothing else uses the client, or pass a pool to open().',
  },
  noPool: {
    found: 'the services of plugins need several connections',
    fix: 'Pass a pool to open(), or name the database in `config.database`.',
  },
  poolHidden: {
    found: 'the pool does not tell its `options`, with which the services of plugins would connect',
    fix: 'Pass the Pool of `pg` itself, not an object around it, or name the database in `config.database`.',
  },
  poolBusy: {
    found: 'no client of the pool became free in time',
    fix: 'Release clients when their work is done, or raise the `max` of the pool.',
  },
  poolEnded: { found: 'the pool has ended', fix: 'Call pool.end() after kernel.close().' },
} as const;

/** A key of {@link connectionProblems}. */
export type ConnectionProblem = keyof typeof connectionProblems;

/** Errors of connecting to the database, and of servers, settings and privileges that do not suffice. */
export const connectionCodes = {
  DATABASE_UNREACHABLE: defineError({
    exit: exitCode.databaseUnreachable,
    message: (d: { database: string; reason: string; connected: boolean }) =>
      d.connected
        ? `The connection to the database ${d.database} broke: ${d.reason}.`
        : `The database ${d.database} cannot be reached: ${d.reason}.`,
    hint: () =>
      'Check that the server is running, and that the host, port, database and user are right in "database" of config.json, ' +
      'in an option like --on, or in the pool given to open().',
    written: (d) => (d.connected ? committedEarlier() : 'Nothing was written.'),
  }),
  CONNECTION_UNFIT: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { problem: ConnectionProblem; operation: string }) =>
      `The connection given to open() cannot be used for ${d.operation}: ${connectionProblems[d.problem].found}.`,
    hint: (d) => connectionProblems[d.problem].fix,
  }),
  KERNEL_CLOSED: defineError({
    exit: exitCode.usage,
    message: (d: { operation: string }) => `${d.operation}() was called on a kernel that is closed.`,
    hint: () => 'Call close() last, or open() again.',
  }),
  DATABASE_CERTIFICATE_INVALID: defineError({
    exit: exitCode.config,
    message: (d: { database: string; parameters: string; reason: string }) =>
      `The certificate files in the URL of the database ${d.database} cannot be used (${d.parameters}): ${d.reason}.`,
    hint: () =>
      'sslrootcert, sslcert and sslkey are paths of PEM files that this user can read, relative to the working directory.',
  }),
  DATABASE_QUERY_FAILED: defineError({
    exit: exitCode.databaseUnreachable,
    message: (d: { database: string; reason: string; sqlState: string }) =>
      `The database ${d.database} failed to run a query of the kernel: ${d.reason} [SQLSTATE ${d.sqlState}].`,
    hint: (d) => queryHint(d.sqlState),
    written: committedEarlier,
  }),
  DATABASE_READ_ONLY: defineError({
    exit: exitCode.privilege,
    message: (d: { database: string; reason: string; pending: readonly string[] }) =>
      `The database ${d.database} ${d.reason}, and ${pendingText(d.pending)}.`,
    hint: () =>
      'Upgrade on the primary server: npx kernel migrate:up. A read-only database is fine once nothing is pending.',
  }),
  DATABASE_PRIVILEGE: defineError({
    exit: exitCode.privilege,
    message: (d: {
      database: string;
      user: string;
      missing: string;
      revision: string | null;
      /** The schema of the ledger. Default: `kernel`. */
      ledger?: string;
    }) =>
      `The user "${d.user}" lacks a privilege on ${d.database}${d.revision === null ? '' : ` (${d.revision})`}: ${d.missing}.`,
    hint: (d) => grantHint(d.missing, d.user, d.revision !== null, d.ledger),
    written: committedEarlier,
  }),
  DATABASE_UNSUPPORTED: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { database: string; found: string; expected: string }) =>
      `The server at ${d.database} is not supported: found ${d.found}, expected ${d.expected}.`,
    hint: (d) =>
      d.found.startsWith('a pooler')
        ? 'Set pool_mode = transaction, or point "database" in config.json at the server itself. In transaction mode, ' +
          '"directUrl" beside "url" gives revisions with `transaction: false` a connection that bypasses the pooler.'
        : 'Point "database" in config.json at a PostgreSQL server of version 15 or newer.',
  }),
  DIRECT_CONNECTION_NEEDED: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { revision: string; database: string; reason: string }) =>
      `Revision "${d.revision}" runs outside a transaction and needs a second connection to ${d.database}: ${d.reason}.`,
    hint: () =>
      'Behind a connection pooler, configure a direct URL: "database": { "url": "…", "directUrl": "postgres://…" } in config.json.',
    written: committedEarlier,
  }),
  SEARCH_PATH_WRONG: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { shown: string; tables: string; home: string | null; database: string; user: string }) =>
      `The tables of the application are in the schema "${d.tables}", but behind the pooler at ${d.shown} the SQL of services ` +
      `looks for them in ${d.home === null ? 'no schema' : `"${d.home}"`}.`,
    hint: (d) =>
      `A pooler keeps no settings of a session, so let the role have it: alter role ${identifier(d.user)} in database ` +
      `${identifier(d.database)} set search_path = ${identifier(d.tables)}; Then restart the pooler. Or connect to the server itself.`,
    written: committedEarlier,
  }),
  ROW_COUNTS_OFF: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { database: string }) =>
      `The server at ${d.database} does not count changed rows, because track_counts is off. The kernel needs the counts to check that a revision only touches its plugin's objects.`,
    hint: () => 'As a superuser, run: alter system set track_counts = on; select pg_reload_conf();',
    written: committedEarlier,
  }),
};

/** The settings whose time limits end a query or a connection, by SQLSTATE. */
const timeLimits: ReadonlyMap<string, string> = new Map([
  ['57014', 'statement_timeout'],
  ['55P03', 'lock_timeout'],
  ['25P03', 'idle_in_transaction_session_timeout'],
  ['25P04', 'transaction_timeout'],
  ['57P05', 'idle_session_timeout'],
]);

/** SQLSTATE disk_full. */
const diskFull = '53100';

function queryHint(sqlState: string): string {
  const setting = timeLimits.get(sqlState);
  if (setting !== undefined) {
    return (
      `The role or the database may have a short ${setting}. To see it: show ${setting}; To change it: ` +
      `alter role <name> set ${setting} = '10s';`
    );
  }
  if (sqlState === diskFull) return 'The disk of the server is full. Make room on it, and run the command again.';
  return 'No revision caused it. The log of the server says more. It is safe to run the command again.';
}

function pendingText(pending: readonly string[]): string {
  if (pending.length === 0) return 'the kernel has to write to it';
  const first = pending[0] ?? '?';
  return pending.length === 1
    ? `the revision ${first} is pending`
    : `${pending.length} revisions are pending, beginning with ${first}`;
}

function grantHint(missing: string, user: string, isPending: boolean, ledger = 'kernel'): string {
  const run = 'As the owner of the database, run: ';
  if (missing.startsWith('create on database')) return `${run}grant create on database <name> to "${user}";`;
  const database = /^permission denied for database (\S+)/.exec(missing)?.[1];
  if (database !== undefined)
    return `${run}grant ${isPending ? 'create' : 'connect'} on database ${database} to "${user}";`;
  const isLedger =
    missing === `permission denied for schema ${ledger}` ||
    /^permission denied for table (?:format|ledger|event|run)$/.test(missing);
  if (isPending && (isLedger || missing.startsWith('must be owner'))) {
    return 'Apply the pending revisions first, as the user that owns the tables: npx kernel migrate:up';
  }
  // If nothing is pending, a boot only reads the ledger.
  if (isLedger) {
    const schema = identifier(ledger);
    return `${run}grant usage on schema ${schema} to "${user}"; grant select on all tables in schema ${schema} to "${user}";`;
  }
  const schema = /^permission denied for schema (.+)/.exec(missing)?.[1];
  if (schema !== undefined) return `${run}grant create, usage on schema ${identifier(schema)} to "${user}";`;
  return `Grant "${user}" the privilege that the message names, or run npx kernel migrate:up as the owner of the tables.`;
}
