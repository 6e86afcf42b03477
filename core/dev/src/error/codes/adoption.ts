import { defineError, exitCode } from '@headwater/kernel/internal/errors';

/** Errors of `migrate:adopt`. */
export const adoptionCodes = {
  ADOPTION_FOLDER_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { folder: string; problem: string }) => `${d.folder} contains no migrations to adopt: ${d.problem}.`,
    hint: () =>
      'Name the tool and the folder of its migrations: npx kernel migrate:adopt <plugin> --from mikro-orm src/migrations',
  }),
  ADOPTION_TARGET_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { migration: string; folder: string; nearest: string | null }) =>
      `${d.folder} has no migration "${d.migration}"${d.nearest === null ? '.' : `; did you mean "${d.nearest}"?`}`,
    hint: () => 'A migration has the name under which its tool records it, mostly that of its file.',
  }),
  MIGRATION_FILE_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; problem: string }) => `The migration file ${d.file} cannot be used: ${d.problem}.`,
    hint: (d) => {
      const missing = /Cannot find package '([^']+)'/.exec(d.problem)?.[1];
      if (missing !== undefined) return `Install the package that it imports: npm install ${missing}`;
      return (
        'A migration file has the form that its tool writes, and uses only TypeScript that Node can strip; otherwise ' +
        'compile it and give the output folder. To see the stack, add --debug.'
      );
    },
  }),
  MIGRATION_NOT_ADOPTABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; migration: string; tool: string; before: string | null; problem: string }) =>
      `The migration ${d.migration} (${d.file}) cannot be adopted as it is: ${d.problem}.`,
    hint: (d) =>
      `${d.before === null ? 'Write' : `Adopt the migrations before it with --to ${d.before}, then write`} this one by ` +
      `hand as a revision with the doc comment /** Was the ${d.tool} migration "${d.migration}". */, and run the command ` +
      'again: it continues after that revision.',
  }),
  ADOPTION_HISTORY_DIFFERS: defineError({
    exit: exitCode.integrity,
    message: (d: { table: string | null; database: string | null; problem: string; migrations: readonly string[] }) =>
      `${d.table === null ? '' : `The table ${d.table} in ${d.database ?? ''} `}${d.problem}: ${d.migrations.join(', ')}.`,
    hint: () =>
      'A history is adopted completely or not at all. Restore the missing files, or migrate the database to the state of ' +
      'the files with its tool. If other folders have their migrations in the same table, add --shared. To write the files ' +
      'without the database, add --files-only.',
  }),
  DATABASE_NOT_RECREATABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { database: string; plugin: string; objects: readonly string[] }) =>
      `No single revision of "${d.plugin}" recreates the schema of ${d.database}: ${d.objects.join('; ')}.`,
    hint: (d) =>
      'Apply the plugins that it requires first, and drop what the schema no longer needs. If the shadow lacks an extension ' +
      'or is of another version, prove it on such a server: --shadow postgres://user@host/postgres. Otherwise write the ' +
      `revision by hand and stamp it: npx kernel migrate:stamp ${d.plugin}`,
  }),
};
