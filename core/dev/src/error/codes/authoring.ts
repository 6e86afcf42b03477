import { defineError, exitCode, quoteInput } from '@headwater/kernel/internal';

/** Refusals of what helps to write revisions: the shadow, `migrate:create`, `migrate:verify` and their kin. */
export const authoringCodes = {
  SHADOW_URL_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { shown: string }) => `--shadow takes the URL of a PostgreSQL server, and ${d.shown} is none.`,
    hint: () =>
      'Leave --shadow out, and the shadow is PostgreSQL in this process; or give --shadow postgres://user@host/postgres, ' +
      'with a user who may create databases.',
  }),
  SHADOW_FAILED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: {
      revision: string;
      file: string | null;
      direction: 'up' | 'down';
      reason: string;
      sqlState: string | null;
      line: number | null;
      column: number | null;
      statement: string | null;
    }) => {
      const where = d.file === null ? '' : ` (${d.file})`;
      const at = d.line === null ? '' : `, line ${d.line}, column ${d.column} of its SQL: «${d.statement}»`;
      return `The \`${d.direction}\` of "${d.revision}"${where} fails in the shadow: ${d.reason}${d.sqlState === null ? '' : ` (${d.sqlState})`}${at}.`;
    },
    hint: (d) =>
      `Correct it: a new database would fail at the same place. Where it needs what the shadow lacks, like an extension, ` +
      `name a server that has it: --shadow postgres://user@host/postgres. Then look at it again: npx kernel migrate:verify ${d.revision.split('@')[0] ?? ''}`,
  }),
  ENTITIES_UNCREATABLE: defineError({
    exit: exitCode.incompatible,
    message: (d: { plugin: string | null; table: string | null; reason: string; statement: string | null }) => {
      const of = d.plugin === null ? '' : ` of "${d.plugin}"`;
      const at = d.statement === null ? '' : ` It runs «${d.statement}».`;
      return `MikroORM's own SQL for the entities${of} fails in the shadow: ${d.reason}.${at}`;
    },
    hint: () =>
      'What an entity uses beyond tables, like an extension, a domain or a function in a default, is made by a revision: ' +
      'write it first (npx kernel migrate:create <plugin> --empty --name create_extension). Where the shadow lacks the extension itself: ' +
      '--shadow postgres://user@host/postgres. A default with a quote in it, or of an object, is given as SQL: .defaultRaw(…)',
  }),
  PARTITIONING_FIXED: defineError({
    exit: exitCode.incompatible,
    message: (d: { table: string; now: string | null; wanted: string | null }) => {
      const said = (by: string | null): string => (by === null ? 'not partitioned' : `partitioned by ${by}`);
      return `The table ${quoteInput(d.table)} is ${said(d.now)}, and its entity wants it ${said(d.wanted)}: PostgreSQL cannot change that of a table.`;
    },
    hint: () =>
      'Write by hand what makes another table, copies the rows and takes the name over: ' +
      'npx kernel migrate:create <plugin> --empty --name partition_anew',
  }),
  CHANGES_UNRECORDED: defineError({
    exit: exitCode.drift,
    message: (d: { plugin: string; other: string; changes: readonly string[] }) =>
      `"${d.other}", which "${d.plugin}" requires, has changes without a revision: ${d.changes.join('; ')}.`,
    hint: (d) => `Create that first: npx kernel migrate:create ${d.other}. Then: npx kernel migrate:create ${d.plugin}`,
  }),
  RENAME_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { rename: string; problem: string }) =>
      `--rename ${quoteInput(d.rename, 150)} ${d.problem}${d.problem.endsWith('?') ? '' : '.'}`,
    hint: () =>
      'A column: --rename table.old:new; a table: --rename old:new; several by commas. Names are those in the database.',
  }),
  PROOF_FAILED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; claim: string; differences: readonly string[] }) =>
      `"${d.revision}" is not sound: ${d.claim}.${d.differences.map((line) => `\n  ${line}`).join('')}`,
    hint: (d) => {
      const [plugin = ''] = d.revision.split('@');
      return (
        'Correct its SQL or its edges; what is created is never written unproven. To write it by hand: npx kernel ' +
        `migrate:create ${plugin} --empty --name what_it_does, then: npx kernel migrate:verify ${plugin}`
      );
    },
  }),
  DEPENDENCY_NOT_TOLD: defineError({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; object: string; revisions: readonly string[] }) =>
      `The change of "${d.plugin}" touches ${quoteInput(d.object)}, and no SQL says which revision makes that: it may be ` +
      `${d.revisions.join(' or ')}, of which parsing cannot tell all that they do.`,
    hint: (d) => `Depend on the heads of what "${d.plugin}" requires: npx kernel migrate:create ${d.plugin} --pin head`,
  }),
  SQL_FILE_UNREADABLE: defineError({
    exit: exitCode.usage,
    message: (d: { file: string; reason: string }) => `--sql names ${d.file}, which cannot be read: ${d.reason}.`,
    hint: () => 'Give the path of a file with the SQL of the revision, relative to the working directory.',
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
      `Decide which comes first, and let the other revise it: change \`revises\` of the one that no database has run, ` +
      `and what its SQL assumes. Then: npx kernel migrate:verify ${d.plugin}`,
  }),
};
