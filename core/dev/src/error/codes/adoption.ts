import { defineError, exitCode } from '@headwater/kernel/internal/errors';

/** Errors of `migrate:adopt`. */
export const adoptionCodes = {
  ADOPTION_FOLDER_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { folder: string; problem: string }) => `${d.folder} contains no migrations to adopt: ${d.problem}.`,
    hint: () =>
      'Give the folder of the MikroORM migrations, its `migrations.pathTs` or `migrations.path`: ' +
      'npx kernel migrate:adopt <plugin> --from src/migrations',
  }),
  ADOPTION_TARGET_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { migration: string; folder: string; nearest: string | null }) =>
      `${d.folder} has no migration "${d.migration}"${d.nearest === null ? '.' : `; did you mean "${d.nearest}"?`}`,
    hint: () => 'The name of a migration is that of its file, without .ts or .js.',
  }),
  MIGRATION_FILE_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; problem: string }) => `The migration file ${d.file} cannot be used: ${d.problem}.`,
    hint: (d) => {
      const missing = /Cannot find package '([^']+)'/.exec(d.problem)?.[1];
      if (missing !== undefined) return `Install the package that it imports: npm install ${missing}`;
      return (
        'A migration file exports one class that extends Migration of @mikro-orm/migrations, and uses only TypeScript that ' +
        'Node can strip; otherwise compile it and give the output folder. To see the stack, add --debug.'
      );
    },
  }),
  MIGRATION_NOT_ADOPTABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; migration: string; before: string | null; problem: string }) =>
      `The migration ${d.migration} (${d.file}) cannot be adopted as it is: ${d.problem}.`,
    hint: (d) =>
      `${d.before === null ? 'Write' : `Adopt the migrations before it with --to ${d.before}, then write`} this one by ` +
      `hand as a revision with the doc comment /** Was the MikroORM migration "${d.migration}". */, and run the command ` +
      'again: it continues after that revision.',
  }),
  ADOPTION_HISTORY_DIFFERS: defineError({
    exit: exitCode.integrity,
    message: (d: { table: string | null; database: string | null; problem: string; migrations: readonly string[] }) =>
      `${d.table === null ? '' : `The table ${d.table} in ${d.database ?? ''} `}${d.problem}: ${d.migrations.join(', ')}.`,
    hint: () =>
      'A history is adopted completely or not at all. Restore the missing files, or migrate the database to the state of ' +
      'the files with MikroORM. To write the files without the database, add --files-only.',
  }),
};
