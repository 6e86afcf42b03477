import { defineError, exitCode } from '@headwater/kernel/internal';

/** Refusals of migrations that another tool's project brings along. */
export const adoptionCodes = {
  ADOPTION_FOLDER_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { folder: string; problem: string }) => `${d.folder} holds no migrations to adopt: ${d.problem}.`,
    hint: () =>
      'Name the folder of the MikroORM migrations, its `migrations.pathTs` or `migrations.path`: ' +
      'npx kernel migrate:adopt <plugin> --from src/migrations',
  }),
  ADOPTION_TARGET_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { migration: string; folder: string; nearest: string | null }) =>
      `${d.folder} has no migration "${d.migration}"${d.nearest === null ? '.' : `; did you mean "${d.nearest}"?`}`,
    hint: () => 'Its name is that of its file, without .ts or .js.',
  }),
  MIGRATION_FILE_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; problem: string }) => `The migration file ${d.file} cannot be used: ${d.problem}.`,
    hint: (d) => {
      const missing = /Cannot find package '([^']+)'/.exec(d.problem)?.[1];
      if (missing !== undefined) return `Install what it needs: npm install ${missing}`;
      return (
        'A migration file exports one class that extends Migration of @mikro-orm/migrations, and holds only TypeScript ' +
        'that Node can strip (else compile it, and name that folder); for the stack add --debug.'
      );
    },
  }),
  MIGRATION_NOT_ADOPTABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; migration: string; before: string | null; problem: string }) =>
      `The migration ${d.migration} (${d.file}) cannot be adopted as it is: ${d.problem}.`,
    hint: (d) =>
      `${d.before === null ? 'Write' : `Adopt those before it with --to ${d.before}, then write`} this one by hand as a ` +
      `revision, with the comment «Was the MikroORM migration "${d.migration}".», and run the command again: it goes on ` +
      'after it.',
  }),
  ADOPTION_HISTORY_DIFFERS: defineError({
    exit: exitCode.integrity,
    message: (d: { table: string | null; database: string | null; problem: string; migrations: readonly string[] }) =>
      `${d.table === null ? '' : `The table ${d.table} in ${d.database ?? ''} `}${d.problem}: ${d.migrations.join(', ')}.`,
    hint: () =>
      'Nothing is adopted from half of a history. Put the missing files back, or bring the database to where the files ' +
      'are, with the tool that they were written for. To write the files alone: --files-only',
  }),
};
