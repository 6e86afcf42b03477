import { codeEntry, listOf } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';

const seeStatus = (): string => 'What was committed before it is in the ledger: npx kernel migrate:status';
const rolledBack = (d: { applied: readonly string[] }): string =>
  d.applied.length === 0
    ? 'It was rolled back whole; nothing was written.'
    : `It was rolled back whole; the ${d.applied.length} revisions before it stay applied.`;

/** Errors of the database: reaching it, being allowed to, and applying a plan. */
export const databaseCodes = {
  DATABASE_UNREACHABLE: codeEntry({
    exit: exitCode.databaseUnreachable,
    message: (d: { database: string; reason: string }) => `The database ${d.database} cannot be reached: ${d.reason}.`,
    hint: () =>
      'Check that the server runs and that "database" in config.json names its host, port, database and user.',
  }),
  DATABASE_READ_ONLY: codeEntry({
    exit: exitCode.privilege,
    message: (d: { database: string; reason: string; pending: readonly string[] }) =>
      `The database ${d.database} ${d.reason}, and ${d.pending.length} revisions are pending, first ${d.pending[0] ?? '?'}.`,
    hint: () => 'Upgrade on the primary: npx kernel migrate:up. With nothing pending a read-only database is fine.',
  }),
  DATABASE_PRIVILEGE: codeEntry({
    exit: exitCode.privilege,
    message: (d: { database: string; user: string; missing: string; revision: string | null }) =>
      `The user "${d.user}" may not do this on ${d.database}${d.revision === null ? '' : ` (${d.revision})`}: ${d.missing}.`,
    hint: (d) => `Let the owner of the database run: ${grantFor(d.missing, d.user)}`,
    written: seeStatus,
  }),
  DATABASE_UNSUPPORTED: codeEntry({
    exit: exitCode.unsupportedServer,
    message: (d: { database: string; found: string; expected: string }) =>
      `The server at ${d.database} does not fit: found ${d.found}, expected ${d.expected}.`,
    hint: () => 'Point "database" at a PostgreSQL 15 or newer.',
  }),
  DIRECT_CONNECTION_NEEDED: codeEntry({
    exit: exitCode.unsupportedServer,
    message: (d: { revision: string; database: string; reason: string }) =>
      `Revision "${d.revision}" runs outside a transaction and needs a second connection to ${d.database}: ${d.reason}.`,
    hint: () =>
      'Behind a connection pooler give a way round it: "database": { "url": "…", "directUrl": "postgres://…" } in config.json.',
    written: seeStatus,
  }),
  DIRECTORY_IN_USE: codeEntry({
    exit: exitCode.directoryInUse,
    message: (d: { directory: string; pid: number | null; lock: string }) =>
      `The embedded database ${d.directory} is in use by ${d.pid === null ? 'another process' : `process ${d.pid}`}.`,
    hint: () =>
      'An embedded database serves one process. Stop the other one, or move to a server: "database": "postgres://…". ' +
      'The lock ends with its process; no file needs removing.',
  }),
  DIRECTORY_UNUSABLE: codeEntry({
    exit: exitCode.config,
    message: (d: { directory: string; reason: string }) =>
      `The embedded database ${d.directory} cannot be opened: ${d.reason}.`,
    hint: () =>
      'Choose a folder that this user may write: "database": "pglite://../.data/name" (relative to config.json).',
  }),
  STORE_VERSION: codeEntry({
    exit: exitCode.storeDamaged,
    message: (d: { directory: string; found: string; expected: string }) =>
      `The embedded database ${d.directory} was made by PostgreSQL ${d.found}; this kernel embeds PostgreSQL ${d.expected}.`,
    hint: () => 'Dump it with the kernel version that made it and restore it into a new directory.',
  }),
  STORE_DAMAGED: codeEntry({
    exit: exitCode.storeDamaged,
    message: (d: { directory: string; reason: string }) =>
      `The embedded database ${d.directory} does not start: ${d.reason}.`,
    hint: (d) =>
      `Restore the folder from a backup, or move ${d.directory} aside to begin anew. Nothing in it was changed.`,
  }),
  LEDGER_FORMAT_NEWER: codeEntry({
    exit: exitCode.databaseAhead,
    message: (d: { found: number; known: number }) =>
      `The ledger has format ${d.found}; this kernel knows formats up to ${d.known}.`,
    hint: () => 'A newer kernel has migrated this database. Upgrade: npm install @headwater/kernel@latest',
  }),
  LOCK_WAIT_TIMEOUT: codeEntry({
    exit: exitCode.lockWait,
    message: (d: { seconds: number; holder: string | null }) =>
      `Another session has held the migration lock for ${d.seconds} s: ${d.holder ?? 'it has just gone'}.`,
    hint: () =>
      'Wait for it or end it, then run again. "upgrade": { "lockWait": seconds } in config.json waits longer.',
    written: seeStatus,
  }),
  MIGRATION_FAILED: codeEntry({
    exit: exitCode.migrationFailed,
    message: (d: {
      revision: string;
      direction: 'up' | 'down';
      file: string | null;
      reason: string;
      sqlState: string | null;
      detail: string | null;
      line: number | null;
      statement: string | null;
      applied: readonly string[];
    }) => {
      const where = d.file === null ? '' : ` (${d.file}${d.line === null ? '' : `, line ${d.line} of the SQL`})`;
      const state = d.sqlState === null ? '' : ` [SQLSTATE ${d.sqlState}]`;
      const detail = d.detail === null ? '' : ` ${d.detail}`;
      const statement = d.statement === null ? '' : `\n    ${d.statement}`;
      return `Revision "${d.revision}" failed on its way ${d.direction}${where}: ${d.reason}${state}.${detail}${statement}`;
    },
    hint: (d) =>
      `Correct the revision or the data it met, then run again. Its SQL: npx kernel migrate:show ${d.revision}`,
    written: rolledBack,
  }),
  MIGRATION_BLOCKED: codeEntry({
    exit: exitCode.migrationFailed,
    message: (d: {
      revision: string;
      seconds: number;
      attempts: number;
      blockers: readonly string[];
      applied: readonly string[];
    }) =>
      `Revision "${d.revision}" did not get its locks in ${d.seconds} s and ${d.attempts} attempts; ` +
      `${d.blockers.length === 0 ? 'who held them is not known' : `blocked by ${listOf(d.blockers)}`}.`,
    hint: () =>
      'End that session or run again when it is quiet. "upgrade": { "retryFor": seconds } in config.json tries longer.',
    written: rolledBack,
  }),
  STEP_INCOMPLETE: codeEntry({
    exit: exitCode.incompleteStep,
    message: (d: { revision: string; reason: string }) =>
      `Revision "${d.revision}" runs outside a transaction and has not taken full effect: ${d.reason}.`,
    hint: (d) =>
      `Its \`check\` says what is missing: npx kernel migrate:show ${d.revision}. Then run again; it starts over.`,
    written: () => 'Its effect may be there in part; its row is not. Running again is safe.',
  }),
  ENVELOPE_VIOLATED: codeEntry({
    exit: exitCode.envelope,
    message: (d: { revision: string; reason: string; applied: readonly string[] }) =>
      `Revision "${d.revision}" leaves its envelope: ${d.reason}.`,
    hint: () =>
      'A revision runs inside one transaction of the kernel: leave out begin, commit, rollback, set search_path and set role.',
    written: rolledBack,
  }),
  OUTCOME_UNKNOWN: codeEntry({
    exit: exitCode.outcomeUnknown,
    message: (d: { revision: string; database: string; reason: string }) =>
      `The connection to ${d.database} broke while "${d.revision}" was being committed, and does not come back: ${d.reason}.`,
    hint: () => 'Once the database answers: npx kernel migrate:status. Running again is safe either way.',
    written: () => 'Whether that revision was committed is not known; it is whole or not there.',
  }),
};

function grantFor(missing: string, user: string): string {
  if (missing.startsWith('create on database')) return `grant create on database <name> to "${user}";`;
  const schema = /^permission denied for schema (\S+)/.exec(missing)?.[1];
  if (schema !== undefined) return `grant create, usage on schema ${schema} to "${user}";`;
  return `a grant to "${user}" of what the message names; altering a table takes its owner`;
}
