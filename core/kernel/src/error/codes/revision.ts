import { defineError } from '../define-error.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

/** Errors for revision files, manifests and lock files. */
export const revisionCodes = {
  REVISION_ID_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { id: string; file: string | null }) =>
      `${d.file === null ? '' : `${d.file}: `}${quoteInput(d.id, 150)} is not a revision id.`,
    hint: () =>
      'Write plugin@slug, like likes@0002_count_on_object: the plugin is [a-z][a-z0-9-]{0,38}, the slug [a-z0-9_]{1,100}.',
  }),
  REVISION_FILE_UNLOADABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; file: string; reason: string }) =>
      `The revision file ${d.file} of the plugin "${d.plugin}" cannot be imported: ${d.reason}.`,
    hint: () =>
      'A revision file imports only @headwater/kernel/plugin and uses only TypeScript syntax that Node can strip. --debug ' +
      'shows the stack.',
  }),
  REVISION_EXPORT_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; file: string; problem: string }) =>
      `The file ${d.file} of the plugin "${d.plugin}" does not export a revision: ${d.problem}.`,
    hint: () => "Write: export default defineRevision({ id: 'plugin@slug', revises: …, up: sql`…` })",
  }),
  REVISION_NAME_DIFFERS: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { id: string; file: string; expected: string }) =>
      `The revision in ${d.file} has the id ${quoteInput(d.id, 150)}, and its plugin and file name require "${d.expected}".`,
    hint: (d) =>
      `If it has not been applied anywhere, write id: '${d.expected}'; otherwise restore the name of the file.`,
  }),
  REVISION_FIELD_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; file: string; field: string; problem: string }) =>
      `Revision "${d.revision}" (${d.file}): \`${d.field}\` ${d.problem}.`,
    hint: (d) => `Correct \`${d.field}\` of "${d.revision}".`,
  }),
  REVISION_DEPENDENCY_NOT_REQUIRED: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      revision: string;
      file: string;
      dependency: string;
      plugin: string;
      /** `null` if the package is unknown because the plugin is not active. */
      package: string | null;
      optional: boolean;
    }) =>
      `Revision "${d.revision}" (${d.file}) depends on "${d.dependency}", but its plugin ` +
      `${d.optional ? 'requires that plugin only optionally' : 'does not require that plugin'}.`,
    hint: (d) =>
      d.optional
        ? `Remove "${d.package}" from "peerDependenciesMeta" in its package.json, or move the revision to a bridge plugin that requires both.`
        : d.package === null
          ? `Add the package of the plugin "${d.plugin}" to "peerDependencies" in its package.json.`
          : `Add to its package.json: "peerDependencies": { "${d.package}": "*" }`,
  }),
  SQL_SYNTAX: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { message: string; line: number; column: number; excerpt: string }) =>
      `PostgreSQL's parser refuses this SQL at line ${d.line}, column ${d.column}: ${d.message}, at ${d.excerpt}.`,
    hint: () => 'Correct it. To find all revisions with syntax errors: npx kernel migrate:lint',
  }),
  MANIFEST_MISSING: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; package: string; version: string; file: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) runs from its build, and its manifest ${d.file} is missing.`,
    hint: (d) =>
      `Its author builds it with: npx kernel plugin:build. The command runs a linked package from its sources if its ` +
      `"exports" has a "headwater-source" target; any other program does if it is started with: node ` +
      `--conditions=headwater-source. Otherwise: npm install ${d.package}@latest`,
  }),
  MANIFEST_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; pointer: string; problem: string }) =>
      `The manifest ${d.file} is damaged${d.pointer === '' ? '' : ` at ${d.pointer}`}: ${d.problem}.`,
    hint: () => 'Reinstall the package (npm ci), or rebuild it: npx kernel plugin:build',
  }),
  REVISIONS_LOCK_INVALID: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; problem: string }) => `The lock ${d.file} is damaged: ${d.problem}.`,
    hint: (d) =>
      d.problem.includes('conflict markers')
        ? 'Both sides of the merge count. Join them: npx kernel migrate:merge <plugin>'
        : 'The lock is committed. Restore it from version control, then: npx kernel plugin:build',
  }),
};
