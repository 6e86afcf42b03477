import { defineError, exitCode, quoteInput } from '@headwater/kernel/internal/errors';

/** Formats the lines that the server adds to its message. */
function remarks(detail: string | null): string {
  return detail === null ? '' : `\n  ${detail.replaceAll('\n', '\n  ')}`;
}

/** Says how to write changes by hand that PostgreSQL refuses with an SQLSTATE. */
function byHand(sqlState: string | null): string {
  switch (sqlState) {
    case '42846':
    case '42804':
    case '22P02':
      return (
        'Compute the new values of existing rows with `using`, or add a column, fill it, drop the old one, and rename ' +
        'the new one.'
      );
    case '2BP01':
    case '0A000':
      return 'Drop the objects that depend on them first, and create those again afterwards.';
    default:
      return 'It may need several steps.';
  }
}

/**
 * Says how to write the change of a type by hand if the server refuses to drop it because columns have it, also within
 * arrays or composite types. Returns an empty text for other refusals.
 */
function typeInUse(detail: string | null): string {
  if (detail === null || !/^DETAIL: .*\bcolumn .* depends on type /m.test(detail)) return '';
  const isIn = (pattern: RegExp, advice: string): string => (pattern.test(detail) ? advice : '');
  return (
    'PostgreSQL drops no type that a column has, and cannot change the type behind a domain; cascading would drop the ' +
    'columns. Create the new type under another name, change each column with `alter table … alter column … type … using …`, ' +
    `drop the old type and rename the new one. ${isIn(/\bcolumn .* depends on type .*\[\]$/m, ofArray)}` +
    isIn(/\bcolumn .* of composite type .* depends on type /m, ofComposite)
  );
}

const ofArray = 'An array of a domain is converted through its base type: `using tags::text[]::tag_new[]`. ';

const ofComposite =
  'A composite type that a column has cannot be altered: create it under another name, too, with the new type, ' +
  'convert its columns through text, `using home::text::address_new`, and drop and rename both types. ';

/** Errors of `migrate:create`, `migrate:check`, `migrate:verify`, `migrate:merge` and their shadow. */
export const authoringCodes = {
  SHADOW_URL_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { shown: string }) => `--shadow takes the URL of a PostgreSQL server, not ${d.shown}.`,
    hint: () =>
      'Omit --shadow to use a PostgreSQL in this process, or give --shadow postgres://user@host/postgres with a user who ' +
      'may create databases.',
  }),
  SHADOW_BEHIND_POOLER: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: { shown: string }) =>
      `--shadow ${d.shown} goes through a connection pooler. It may release the lock that shows others that a shadow is ` +
      'in use. Nothing was written.',
    hint: () => 'Give the URL of the server itself: --shadow postgres://user@host:5432/postgres',
  }),
  SHADOW_FAILED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: {
      revision: string;
      file: string | null;
      direction: 'up' | 'down';
      reason: string;
      sqlState: string | null;
      /** The lines that the server adds to its message. */
      detail: string | null;
      line: number | null;
      column: number | null;
      statement: string | null;
    }) => {
      const where = d.file === null ? '' : ` (${d.file})`;
      const state = d.sqlState === null ? '' : ` (${d.sqlState})`;
      const at = d.line === null ? '' : `, at line ${d.line}, column ${d.column} of its SQL: "${d.statement}"`;
      return `The \`${d.direction}\` of "${d.revision}"${where} fails in the shadow: ${d.reason}${state}${at}.${remarks(d.detail)}`;
    },
    hint: (d) =>
      (d.file === null
        ? 'Correct its SQL and run the command again; its file is not written yet. '
        : 'Correct it: a fresh database would fail at the same place. ') +
      typeInUse(d.detail) +
      'If it needs an extension that the shadow lacks, use a server that has it: --shadow postgres://user@host/postgres.' +
      (d.file === null ? '' : ` Then verify it: npx kernel migrate:verify ${d.revision.split('@')[0] ?? ''}`),
  }),
  SHADOW_SERVER_CHANGED: defineError({
    exit: exitCode.unsupportedServer,
    message: (d: {
      revision: string;
      file: string | null;
      direction: 'up' | 'down';
      changed: string;
      statement: string | null;
    }) => {
      const where = d.file === null ? '' : ` (${d.file})`;
      const done = d.statement === null ? 'It was rolled back' : `It was not run: ${quoteInput(d.statement, 80)}`;
      return (
        `The \`${d.direction}\` of "${d.revision}"${where} changes ${d.changed}, which a shadow on a server cannot undo: ` +
        `only its database is dropped. ${done}.`
      );
    },
    hint: () =>
      'Omit --shadow: a shadow in this process is a whole server, which is dropped with its roles and settings. If the ' +
      'revision needs your server, change it to create the role only if it is missing, in a `do` block, and create the ' +
      'role on that server by hand.',
  }),
  ENTITIES_UNCREATABLE: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      plugin: string | null;
      table: string | null;
      reason: string;
      /** The lines that the server adds to its message. */
      detail: string | null;
      statement: string | null;
    }) => {
      const of = d.plugin === null ? '' : ` of "${d.plugin}"`;
      const at = d.statement === null ? '' : `\n  The statement: "${d.statement}".`;
      return `MikroORM's SQL for the entities${of} fails in the shadow: ${d.reason}.${remarks(d.detail)}${at}`;
    },
    hint: () =>
      'You may have forgotten a revision that creates an extension, a domain or a function which the entities use: npx ' +
      'kernel migrate:create <plugin> --empty --name create_extension. If the shadow lacks the extension, use a server ' +
      'that has it: --shadow postgres://user@host/postgres. Write a default that contains a quote, or is an object, as ' +
      'SQL: .defaultRaw(…)',
  }),
  DIFFERENCE_NOT_MADE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: {
      plugin: string;
      /** Whether the changes cannot be made, or cannot be reverted. */
      direction: 'up' | 'down';
      reason: string;
      sqlState: string | null;
      /** The lines that the server adds to its message. */
      detail: string | null;
      statement: string | null;
      changes: readonly string[];
      words: string;
    }) => {
      const state = d.sqlState === null ? '' : ` (${d.sqlState})`;
      const at = d.statement === null ? '' : `\n  The statement: ${d.statement}`;
      const changes = d.changes.map((change) => `\n  ${change}`).join('');
      return (
        `The changes of "${d.plugin}" cannot be ${d.direction === 'up' ? 'made' : 'reverted'} without SQL by hand: ${d.reason}${state}.${remarks(d.detail)}${at}\n` +
        `The changes:${changes}`
      );
    },
    hint: (d) =>
      `Write them by hand: npx kernel migrate:create ${d.plugin} --empty --name ${d.words}. ${byHand(d.sqlState)} Then ` +
      `prove it: npx kernel migrate:verify ${d.plugin}, and create what is left: npx kernel migrate:create ${d.plugin}`,
  }),
  DROP_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { drop: string; problem: string; droppable: readonly string[] }) =>
      `--drop ${quoteInput(d.drop, 150)} ${d.problem}${d.problem.endsWith('?') ? '' : '.'}`,
    hint: (d) =>
      d.droppable.length === 0
        ? 'No object of this plugin was made by hand, so there is nothing to drop. What entities declare is dropped by ' +
          'removing it from them.'
        : `It drops what no entity declares:${d.droppable.map((one) => `\n  ${one}`).join('')}`,
  }),
  PARTITIONING_FIXED: defineError({
    exit: exitCode.incompatible,
    message: (d: { table: string; now: string | null; wanted: string | null }) => {
      const described = (by: string | null): string => (by === null ? 'not partitioned' : `partitioned by ${by}`);
      return (
        `The table ${quoteInput(d.table)} is ${described(d.now)}, but its entity declares it ${described(d.wanted)}: ` +
        'PostgreSQL cannot change that for an existing table.'
      );
    },
    hint: () =>
      'Write a revision by hand that creates a new table, copies the rows, and renames it: npx kernel migrate:create ' +
      '<plugin> --empty --name repartition',
  }),
  CHANGES_UNRECORDED: defineError({
    exit: exitCode.drift,
    message: (d: { plugin: string; other: string; changes: readonly string[] }) =>
      `"${d.other}", which "${d.plugin}" requires, has changes without a revision: ${d.changes.join('; ')}.`,
    hint: (d) =>
      `Create that revision first: npx kernel migrate:create ${d.other}. Then: npx kernel migrate:create ${d.plugin}`,
  }),
  RENAME_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { rename: string; problem: string }) =>
      `--rename ${quoteInput(d.rename, 150)} ${d.problem}${d.problem.endsWith('?') ? '' : '.'}`,
    hint: () =>
      'A column: --rename table.old:new; a table: --rename old:new; separate several by commas. Use the names in the ' +
      'database.',
  }),
  TRANSACTION_CONFLICT: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: {
      revision: string;
      conflicts: readonly { readonly place: string; readonly statement: string; readonly message: string }[];
    }) =>
      `"${d.revision}" has statements that its transaction cannot run:` +
      d.conflicts.map((one) => `\n  ${one.place}: ${quoteInput(one.statement, 80)}. ${one.message}`).join(''),
    hint: (d) => `Correct it, then check the others: npx kernel migrate:lint ${d.revision.split('@')[0] ?? ''} --all`,
  }),
  PROOF_FAILED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; claim: string; differences: readonly string[] }) =>
      `"${d.revision}" cannot be proven: ${d.claim}.${d.differences.map((line) => `\n  ${line}`).join('')}`,
    hint: (d) => {
      const [plugin = ''] = d.revision.split('@');
      return (
        'Correct its SQL or its edges; only a proven revision is written. To write it by hand: npx kernel migrate:create ' +
        `${plugin} --empty --name what_it_does, then: npx kernel migrate:verify ${plugin}`
      );
    },
  }),
  DRIFT_NOT_COMPARABLE: defineError({
    exit: exitCode.drift,
    message: (d: { database: string; revisions: readonly string[] }) =>
      `The definitions in ${d.database} cannot be compared: the ledger has no SQL of ${d.revisions.join(', ')}, and no ` +
      'active plugin has the code.',
    hint: () =>
      'Activate the plugins of these revisions, or install the versions that have them. To compare names alone: ' +
      'npx kernel migrate:drift',
  }),
  REPAIR_BEHIND: defineError({
    exit: exitCode.pending,
    message: (d: { plugin: string; database: string; pending: readonly string[] }) =>
      `A repair of "${d.plugin}" would run after revisions that ${d.database} has not applied: ${d.pending.join(', ')}.`,
    hint: () => 'Apply them first: npx kernel migrate:up',
  }),
  SQL_FILE_UNREADABLE: defineError({
    exit: exitCode.usage,
    message: (d: { file: string; reason: string }) => `The --sql file ${d.file} cannot be read: ${d.reason}.`,
    hint: () => "Give the path of a file with the revision's SQL, relative to the working directory.",
  }),
  SQL_FILE_ENCODING: defineError({
    exit: exitCode.usage,
    message: (d: { file: string; problem: string; encoding: string }) =>
      `The --sql file ${d.file} is not UTF-8: it ${d.problem}.`,
    hint: (d) =>
      `If it is in ${d.encoding}, convert it: iconv -f ${d.encoding} -t UTF-8 ${JSON.stringify(d.file)} > converted.sql. ` +
      'Then give --sql converted.sql',
  }),
  SQUASH_REFUSED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; revision: string; reason: string }) =>
      `The range of "${d.plugin}" cannot be squashed because of "${d.revision}": ${d.reason}.`,
    hint: (d) =>
      'A range is a chain of at least two SQL revisions that run in a transaction. End it before this revision, or begin it ' +
      `after it: npx kernel migrate:history ${d.plugin}`,
  }),
  HAND_OVER_REFUSED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; object: string; to: string; reason: string }) =>
      `"${d.plugin}" cannot hand ${quoteInput(d.object)} over to "${d.to}": ${d.reason}.`,
    hint: (d) =>
      `A plugin can hand over its tables, views, types and columns, named as the database stores them: npx kernel ` +
      `plugin:hand-over ${d.plugin} core_object.likes_count core`,
  }),
  HEADS_DIFFER: defineError({
    exit: exitCode.severalHeads,
    message: (d: {
      plugin: string;
      heads: readonly string[];
      last: string;
      reason: string;
      differences: readonly string[];
    }) =>
      `The heads of "${d.plugin}" (${d.heads.join(', ')}) do not commute: with ${d.last} last, ${d.reason}` +
      (d.differences.length === 0 ? '' : `:${d.differences.map((line) => `\n  ${line}`).join('')}`),
    hint: (d) =>
      'Decide which comes first, and let the other revise it: change the `revises` of the one that no database has run, ' +
      `and adapt its SQL. Then: npx kernel migrate:verify ${d.plugin}`,
  }),
};
