import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

const committedEarlier = (): string =>
  'Everything that was committed before the error is in the ledger: npx kernel migrate:status';
const rolledBack = (d: { applied: readonly string[]; direction?: 'up' | 'down' }): string =>
  d.applied.length === 0
    ? 'It was rolled back; nothing was written.'
    : `It was rolled back; ${earlier(d.applied.length)} ${d.direction === 'down' ? 'reverted' : 'applied'}.`;
/** The leftovers of a statement that failed outside a transaction. `null` for a revision that was rolled back. */
interface Outside {
  readonly leftover: { readonly index: string; readonly dropped: boolean } | null;
}
const rolledBackOrLeft = (d: Parameters<typeof rolledBack>[0] & { outside: Outside | null }): string =>
  d.outside === null ? rolledBack(d) : `${leftBehind(d.outside.leftover)}${committedBefore(d)}`;
const committedBefore = (d: { applied: readonly string[]; direction?: 'up' | 'down' }): string =>
  d.applied.length === 0
    ? ''
    : ` ${capitalized(earlier(d.applied.length))} ${d.direction === 'down' ? 'reverted' : 'applied'}.`;
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const leftBehind = (leftover: Outside['leftover']): string => {
  const ran = 'It ran outside a transaction, and its ledger row was not written.';
  if (leftover === null) return `${ran} The next run checks what is missing.`;
  return leftover.dropped
    ? `${ran} It left the invalid index ${leftover.index}, which was dropped.`
    : `${ran} It left the invalid index ${leftover.index}, which could not be dropped.`;
};
const earlier = (count: number): string =>
  count === 1 ? 'the revision before it stays' : `the ${count} revisions before it stay`;

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
    found: 'all clients of the pool were in use for 10 s',
    fix: 'Release clients when their work is done, or raise the `max` of the pool.',
  },
  poolEnded: { found: 'the pool has ended', fix: 'Call pool.end() after kernel.close().' },
} as const;

/** A key of {@link connectionProblems}. */
export type ConnectionProblem = keyof typeof connectionProblems;

/** What a host can cancel. */
type Operation =
  | 'status'
  | 'plan'
  | 'history'
  | 'show'
  | 'why'
  | 'plugins'
  | 'objects'
  | 'runs'
  | 'activity'
  | 'lint'
  | 'diagnosis'
  | 'upgrade'
  | 'downgrade'
  | 'stamp'
  | 'start';

/** Errors of connecting to the database, of missing privileges, and of applying a plan. */
export const databaseCodes = {
  DATABASE_UNREACHABLE: defineError({
    exit: exitCode.databaseUnreachable,
    message: (d: { database: string; reason: string; connected: boolean }) =>
      d.connected
        ? `The connection to the database ${d.database} broke: ${d.reason}.`
        : `The database ${d.database} cannot be reached: ${d.reason}.`,
    hint: () =>
      'Check that the server is running and that "database" in config.json has the right host, port, database and user.',
    written: (d) => (d.connected ? committedEarlier() : 'Nothing was written.'),
  }),
  CANCELLED: defineError({
    exit: exitCode.migrationFailed,
    message: (d: {
      operation: Operation;
      revision: string | null;
      outside: Outside | null;
      applied: readonly string[];
    }) =>
      d.revision === null
        ? `The ${d.operation} was cancelled.`
        : `The ${d.operation} was cancelled while ${d.revision} ran.`,
    hint: () => 'Call it again: it continues where this one ended.',
    written: (d) => {
      if (d.revision !== null)
        return rolledBackOrLeft({ ...d, direction: d.operation === 'downgrade' ? 'down' : 'up' });
      if (d.operation === 'start')
        return 'The database may be at its heads already, and plugins may have written data.';
      if (d.applied.length === 0) return 'Nothing was written.';
      const count = d.applied.length === 1 ? 'One revision was' : `${d.applied.length} revisions were`;
      return `${count} ${d.operation === 'downgrade' ? 'reverted' : 'applied'} before.`;
    },
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
  EMBEDDED_APP_RUNNING: defineError({
    exit: exitCode.directoryInUse,
    message: (d: { operation: string; database: string }) =>
      `The ${d.operation} of ${d.database} would share its only connection with the application that is running on it.`,
    hint: () => 'Stop the application first: await app.stop()',
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
  EMBEDDED_EXTENSION_MISSING: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: {
      database: string;
      extension: string;
      /** The library that does not load; `null` if the extension is not installed. */
      unfit: string | null;
      revision: string | null;
      /** The revisions that this run has applied. `null` if that is unknown or the run has not begun. */
      applied: readonly string[] | null;
    }) => {
      const [subject, place] =
        d.revision === null
          ? [`The embedded database ${d.database} needs`, '']
          : [`Revision "${d.revision}" creates`, ` of ${d.database}`];
      const problem =
        d.unfit === null ? 'does not have' : `cannot load: ${d.unfit} was probably built for another version of PGlite`;
      return `${subject} the extension ${quoteInput(d.extension)}, which the embedded engine (PGlite)${place} ${problem}.`;
    },
    hint: (d) =>
      'Use a server: "database": "postgres://…" in config.json, and --shadow postgres://… with commands that use a ' +
      `shadow. A revision must name an extension that ships with PGlite in plain SQL: create extension "${d.extension}";`,
    written: (d) => {
      if (d.applied !== null) return rolledBack({ applied: d.applied });
      return d.revision === null ? committedEarlier() : 'Nothing was written.';
    },
  }),
  DIRECTORY_IN_USE: defineError({
    exit: exitCode.directoryInUse,
    message: (d: { directory: string; pid: number | null; lock: string }) =>
      `The embedded database ${d.directory} is in use by ${d.pid === null ? 'another process' : `process ${d.pid}`}.`,
    hint: () =>
      'An embedded database serves one process. Stop the other process, or use a server: "database": "postgres://…". ' +
      'The lock ends with its process; there is no file to remove.',
  }),
  DIRECTORY_UNUSABLE: defineError({
    exit: exitCode.config,
    message: (d: { directory: string; reason: string }) =>
      `The embedded database ${d.directory} cannot be opened: ${d.reason}.`,
    hint: () =>
      'Choose a folder that this user can write to: "database": "pglite://../.data/name" (relative to config.json).',
  }),
  STORE_VERSION: defineError({
    exit: exitCode.storeDamaged,
    message: (d: { directory: string; found: string; expected: string }) =>
      `The embedded database ${d.directory} was created by PostgreSQL ${d.found}; this kernel embeds PostgreSQL ${d.expected}.`,
    hint: () => 'Dump it with the kernel version that created it, and restore the dump into a new directory.',
  }),
  STORE_DAMAGED: defineError({
    exit: exitCode.storeDamaged,
    message: (d: { directory: string; reason: string }) =>
      `The embedded database ${d.directory} does not start: ${d.reason}.`,
    hint: (d) =>
      `Restore the folder from a backup, or move ${d.directory} aside to start with an empty database. It was not changed.`,
  }),
  LEDGER_DAMAGED: defineError({
    exit: exitCode.integrity,
    message: (d: { database: string; schema: string; problem: string }) =>
      `The schema "${d.schema}" in ${d.database} is not an intact ledger: ${d.problem}.`,
    hint: (d) => {
      const schema = identifier(d.schema);
      return d.problem.startsWith('its table format ')
        ? `Let the owner of the schema run: delete from ${schema}.format; insert into ${schema}.format values (2);`
        : `Restore the schema "${d.schema}" from a backup, or correct it as its owner. Without a backup, if every revision of ` +
            `the code is applied: drop schema ${schema} cascade; and then: npx kernel migrate:stamp heads. If the schema ` +
            'belongs to another application, set "database": { "ledger": "<another schema>" } in config.json.';
    },
    written: committedEarlier,
  }),
  SCHEMA_TAKEN: defineError({
    exit: exitCode.integrity,
    message: (d: { database: string } & Schemas & { owner: Schemas }) => {
      const { tables, ledger, owner } = d;
      const other = `the application with the ledger "${owner.ledger}"`;
      if (owner.ledger === ledger) {
        return `The ledger "${ledger}" in ${d.database} is that of the tables in the schema "${owner.tables}", not of those in "${tables}".`;
      }
      if (owner.tables === tables) return `The tables in the schema "${tables}" of ${d.database} belong to ${other}.`;
      const what = owner.ledger === tables ? 'is the ledger of another application' : `has the tables of ${other}`;
      return `The schema "${owner.ledger === tables ? tables : ledger}" of ${d.database} ${what}.`;
    },
    hint: ({ tables, ledger, owner }) => {
      const other =
        'Each application, and each copy of one, needs its own "schema" and "ledger" under "database" in config.json. ';
      const stop = 'stop all of its processes first, since one with the old setting would look in the old place';
      if (owner.ledger === ledger) {
        return (
          `${other}If this is the same application, its schema is "${owner.tables}". To move its tables, ${stop}; then run as ` +
          `their owner: alter schema ${identifier(owner.tables)} rename to ${identifier(tables)}; comment on table ` +
          `${identifier(ledger)}.ledger is 'headwater: tables in ${tables.replaceAll("'", "''")}';`
        );
      }
      if (owner.tables !== tables) return other.trim();
      return (
        `${other}If this is the same application and its ledger shall move, ${stop}; then run as its owner: alter schema ` +
        `${identifier(owner.ledger)} rename to ${identifier(ledger)};`
      );
    },
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
  SCHEMA_NAMED: defineError({
    exit: exitCode.envelope,
    message: (d: { revision: string; file: string; line: number; schema: string; tables: string }) =>
      `Revision "${d.revision}" (${d.file}, line ${d.line} of the SQL) names the schema "${d.schema}", but the tables of this application are in "${d.tables}".`,
    hint: (d) =>
      `Leave the schema out: names without one are in that of the tables. To use SQL that names "${d.schema}", leave out ` +
      '"schema" under "database" in config.json, so that the tables are in "public".',
  }),
  LEDGER_FORMAT_NEWER: defineError({
    exit: exitCode.databaseAhead,
    message: (d: { found: number; known: number }) =>
      `The ledger has format ${d.found}; this kernel supports formats up to ${d.known}.`,
    hint: () => 'A newer kernel has migrated this database. Upgrade the kernel: npm install @headwater/kernel@latest',
  }),
  LOCK_WAIT_TIMEOUT: defineError({
    exit: exitCode.lockWait,
    message: (d: { seconds: number; holder: string | null }) =>
      `Another session has held the migration lock for ${d.seconds} s: ${d.holder ?? 'it ended a moment ago'}.`,
    hint: () =>
      'Wait for that session or end it, then run the command again. To wait longer: "upgrade": { "lockWait": seconds } in config.json.',
    written: committedEarlier,
  }),
  MIGRATION_FAILED: defineError({
    exit: exitCode.migrationFailed,
    message: (d: {
      revision: string;
      direction: 'up' | 'down';
      file: string | null;
      reason: string;
      sqlState: string | null;
      /** The lines that the server adds to its message. */
      detail: string | null;
      line: number | null;
      column: number | null;
      statement: string | null;
      applied: readonly string[];
      outside: Outside | null;
      /** The object that it misses, and the applied revision that dropped or renamed it. Default: unknown. */
      removed?: { readonly revision: string; readonly object: string; readonly renamed: string | null };
    }) => {
      const where = d.file === null ? '' : ` (${d.file}${d.line === null ? '' : `, line ${d.line} of the SQL`})`;
      const state = d.sqlState === null ? '' : ` [SQLSTATE ${d.sqlState}]`;
      const detail = d.detail === null ? '' : `\n  ${d.detail.replaceAll('\n', '\n  ')}`;
      const statement = d.statement === null ? '' : `\n    ${d.statement}`;
      return (
        `Revision "${d.revision}" failed while running \`${d.direction}\`${where}: ${d.reason}${state}.${detail}${statement}` +
        (d.removed === undefined ? '' : `\n${removedText(d.removed)}`)
      );
    },
    hint: (d) =>
      (d.removed !== undefined
        ? `Its plugin must support the schema after ${d.removed.revision}: upgrade it to a version that does, or have its ` +
          `author adapt the revision. To see that change: npx kernel migrate:show ${d.removed.revision}\nOtherwise correct`
        : d.outside?.leftover?.dropped === false
          ? `Drop the invalid index: drop index concurrently ${d.outside.leftover.index};\nThen correct`
          : d.direction === 'up' && isDuplicate(d.sqlState)
            ? `An object that it creates exists, and the ledger has no row for it. If the ledger has lost rows, restore the ` +
              `schema "kernel" from a backup. If the object was created by other means: npx kernel migrate:stamp ` +
              `${d.revision}. Otherwise correct`
            : 'Correct') +
      ` the revision or the data that it fails on, then run the command again. Its SQL: npx kernel migrate:show ${d.revision}`,
    written: rolledBackOrLeft,
  }),
  MIGRATION_BLOCKED: defineError({
    exit: exitCode.migrationFailed,
    message: (d: {
      /** `null` if it was the ledger itself that could not be created or upgraded. */
      revision: string | null;
      seconds: number;
      attempts: number;
      blockers: readonly string[];
      applied: readonly string[];
      outside: Outside | null;
    }) =>
      `${d.revision === null ? 'The ledger' : `Revision "${d.revision}"`} did not get its table locks within ${d.seconds} s and ${d.attempts} attempts; ` +
      `${d.blockers.length === 0 ? 'the blocking session is unknown' : `blocked by ${joinNames(d.blockers)}`}.`,
    hint: () =>
      'End that session, or run the command again when the tables are less busy. To try longer: "upgrade": { "retryFor": seconds } in config.json.',
    written: rolledBackOrLeft,
  }),
  UPGRADE_COMMAND_FAILED: defineError({
    exit: exitCode.migrationFailed,
    message: (d: { revision: string; reason: string; output: string; applied: readonly string[] }) =>
      `The command of "upgrade.beforeBreaking" failed before the breaking revision "${d.revision}": ${d.reason}.` +
      (d.output === '' ? '' : ` It printed: ${d.output}`),
    hint: () =>
      'Run the command by hand to see its whole output, mend it, and upgrade again: npx kernel migrate:up. If it needs ' +
      'more time: "upgrade": { "codeTimeout": seconds } in config.json.',
    written: (d) =>
      `Nothing of this revision was written${d.applied.length === 0 ? '' : `; ${earlier(d.applied.length)} applied`}.`,
  }),
  CODE_TIMEOUT: defineError({
    exit: exitCode.migrationFailed,
    message: (d: { revision: string; file: string; seconds: number; applied: readonly string[] }) =>
      `The function of revision "${d.revision}" of plugin "${d.revision.split('@')[0]}" (${d.file}) ran longer than ${d.seconds} s.`,
    hint: () =>
      'It may wait for a promise that never settles. If it needs more time: "upgrade": { "codeTimeout": seconds } in ' +
      'config.json; 0 turns the limit off.',
    written: rolledBack,
  }),
  STEP_INCOMPLETE: defineError({
    exit: exitCode.incompleteStep,
    message: (d: { revision: string; reason: string }) =>
      `Revision "${d.revision}" runs outside a transaction and did not take full effect: ${d.reason}.`,
    hint: (d) =>
      `Its \`check\` shows what is missing: npx kernel migrate:show ${d.revision}. Run the command again to start the revision over.`,
    written: () =>
      'Part of its effect may remain; its ledger row was not written. It is safe to run the command again.',
  }),
  ENVELOPE_VIOLATED: defineError({
    exit: exitCode.envelope,
    message: (d: {
      revision: string;
      reason: string;
      outcome: 'rolled back' | 'committed' | 'unknown';
      applied: readonly string[];
    }) => `Revision "${d.revision}" violates its envelope: ${d.reason}.`,
    hint: () =>
      'The kernel runs each revision in one transaction, its envelope. Remove begin, commit, rollback and savepoint from it.',
    written: (d) => {
      if (d.outcome === 'rolled back') return rolledBack(d);
      if (d.outcome === 'committed') return 'The revision and its ledger row are committed.';
      return (
        'Statements that ran before this error may be committed. Check the tables that it changes, and whether it has ' +
        'a ledger row: npx kernel migrate:status'
      );
    },
  }),
  OWNERSHIP_VIOLATED: defineError({
    exit: exitCode.envelope,
    message: (d: {
      revision: string;
      plugin: string;
      direction: 'up' | 'down';
      violations: readonly { readonly action: string; readonly object: string; readonly owner: string }[];
      /** Whether it ran and was rolled back. Outside a transaction it is refused before it runs. */
      ran: boolean;
      applied: readonly string[];
    }) => {
      const what = d.violations.map(
        ({ action, object, owner }) => `it ${action} ${object}, which belongs to ${shownOwner(owner)}`,
      );
      return `Revision "${d.revision}" touches objects that "${d.plugin}" does not own: ${joinNames(what)}.`;
    },
    hint: (d) =>
      `Change only objects that the revisions of "${d.plugin}" create, and rows of tables on which it owns a column. The owner of a ` +
      'table can open it to rows of other plugins: "headwater": { "openTables": ["<table>"] } in its package.json. For a ' +
      'deliberate exception, add a line to the SQL: -- headwater-lint: allow foreign-object: <reason>',
    written: (d) => (d.ran ? rolledBack(d) : rolledBack(d).replace('It was rolled back', 'It did not run')),
  }),
  ROW_COUNTS_OFF: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { database: string }) =>
      `The server at ${d.database} does not count changed rows, because track_counts is off. The kernel needs the counts to check that a revision only touches its plugin's objects.`,
    hint: () => 'As a superuser, run: alter system set track_counts = on; select pg_reload_conf();',
    written: committedEarlier,
  }),
  OUTCOME_UNKNOWN: defineError({
    exit: exitCode.outcomeUnknown,
    message: (d: { revision: string; database: string; reason: string }) =>
      `The connection to ${d.database} broke while "${d.revision}" ran, and could not be restored: ${d.reason}.`,
    hint: () =>
      'When the database is available again: npx kernel migrate:status. It is safe to run the command again in either case.',
    written: () => 'It is unknown whether that revision was committed. It took effect either completely or not at all.',
  }),
};

/** The owner is a plugin, the kernel, or for everything outside the application a description. */
function shownOwner(owner: string): string {
  if (owner === 'kernel') return 'the kernel';
  return owner.includes(' ') ? owner : `"${owner}"`;
}

/** The schemas of an application. */
interface Schemas {
  readonly tables: string;
  readonly ledger: string;
}

/** Returns a name as SQL: quoted if it must be. */
function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Whether a SQLSTATE means that a database, schema, relation, column, function or other object exists already. */
function removedText(d: {
  readonly revision: string;
  readonly object: string;
  readonly renamed: string | null;
}): string {
  return d.renamed === null
    ? `The applied revision ${d.revision} dropped the ${d.object}.`
    : `The applied revision ${d.revision} renamed the ${d.object} to ${d.renamed}.`;
}

function isDuplicate(sqlState: string | null): boolean {
  return sqlState !== null && /^42(?:P04|P06|P07|701|710|723)$/.test(sqlState);
}

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
