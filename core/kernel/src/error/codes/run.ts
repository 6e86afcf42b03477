import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';
import { rolledBack, rolledBackOrLeft, earlier, type Outside } from '../outcome-text.ts';

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
  | 'rehearsal'
  | 'drift'
  | 'upgrade'
  | 'downgrade'
  | 'stamp'
  | 'ledger change'
  | 'start';

/** Errors of applying a plan. */
export const runCodes = {
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

/** Returns the sentence about the applied revision that removed an object. */
function removedText(d: {
  readonly revision: string;
  readonly object: string;
  readonly renamed: string | null;
}): string {
  return d.renamed === null
    ? `The applied revision ${d.revision} dropped the ${d.object}.`
    : `The applied revision ${d.revision} renamed the ${d.object} to ${d.renamed}.`;
}

/** Whether a SQLSTATE means that a database, schema, relation, column, function or other object exists already. */
function isDuplicate(sqlState: string | null): boolean {
  return sqlState !== null && /^42(?:P04|P06|P07|701|710|723)$/.test(sqlState);
}
