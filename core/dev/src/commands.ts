import type { compareDefinitions } from './commands/compare-definitions.ts';
import type { lintRevisionSet } from './commands/lint-revision-set.ts';
import type { rehearse as rehearseCopy } from './rehearsal/rehearse.ts';

/**
 * The commands door, `@headwater/dev/commands`. It gives the kernel's command line the commands of this package by
 * name. Each command is imported when it is called.
 */
export const commands = {
  'migrate:create': async () => (await import('./commands/migrate-create.ts')).migrateCreate,
  'migrate:check': async () => (await import('./commands/migrate-check.ts')).migrateCheck,
  'migrate:verify': async () => (await import('./commands/migrate-verify.ts')).migrateVerify,
  'migrate:merge': async () => (await import('./commands/migrate-merge.ts')).migrateMerge,
  'migrate:squash': async () => (await import('./commands/migrate-squash.ts')).migrateSquash,
  'migrate:adopt': async () => (await import('./commands/migrate-adopt.ts')).migrateAdopt,
  'migrate:lint': async () => (await import('./commands/migrate-lint.ts')).migrateLint,
  'migrate:rehearse': async () => (await import('./commands/migrate-rehearse.ts')).migrateRehearse,
  dev: async () => (await import('./commands/dev.ts')).dev,
  'plugin:create': async () => (await import('./commands/plugin-create.ts')).pluginCreate,
  'plugin:build': async () => (await import('./commands/plugin-build.ts')).pluginBuild,
  'plugin:hand-over': async () => (await import('./commands/plugin-hand-over.ts')).pluginHandOver,
  'plugin:verify': async () => (await import('./commands/plugin-verify.ts')).pluginVerify,
  'plugin:prepack': async () => (await import('./commands/plugin-prepack.ts')).pluginPrepack,
};

/** Compares definitions with those of a shadow, for the kernel's function `drift`. */
export const changedDefinitions = async (
  ...input: Parameters<typeof compareDefinitions>
): ReturnType<typeof compareDefinitions> =>
  (await import('./commands/compare-definitions.ts')).compareDefinitions(...input);

/** Lints revisions, for the kernel's function `lint`. */
export const lint = async (...input: Parameters<typeof lintRevisionSet>): ReturnType<typeof lintRevisionSet> =>
  (await import('./commands/lint-revision-set.ts')).lintRevisionSet(...input);

/**
 * Upgrades a copy of the database of an application, and reports the locks, rewrites and rows of each step. The options are
 * those of `open`, and the copy: the function behind `migrate:rehearse`.
 *
 * @example
 * const { rehearsal, error } = await rehearse({ config: 'config/config.json', on: 'postgres://localhost/shop_copy' });
 */
export const rehearse = async (...input: Parameters<typeof rehearseCopy>): ReturnType<typeof rehearseCopy> =>
  (await import('./rehearsal/rehearse.ts')).rehearse(...input);
