import { codeEntry } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';
import { quoted } from '../quoted.ts';

/** Refusals of a revision file, of a plugin's manifest and of what is to be put into one. */
export const revisionCodes = {
  REVISION_ID_INVALID: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { id: string; file: string | null }) =>
      `${d.file === null ? '' : `${d.file}: `}${quoted(d.id, 150)} is not a revision id.`,
    hint: () =>
      'Write plugin@slug, like likes@0002_count_on_object: the plugin is [a-z][a-z0-9-]{0,38}, the slug [a-z0-9_]{1,100}.',
  }),
  REVISION_FILE_UNLOADABLE: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; file: string; reason: string }) =>
      `The revision file ${d.file} of the plugin "${d.plugin}" cannot be imported: ${d.reason}.`,
    hint: () =>
      'A revision file imports nothing but @headwater/kernel/plugin and holds only TypeScript that Node can strip; for the ' +
      'stack add --debug.',
  }),
  REVISION_EXPORT_INVALID: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; file: string; problem: string }) =>
      `The file ${d.file} of the plugin "${d.plugin}" exports no revision: ${d.problem}.`,
    hint: () => "Write: export default defineRevision({ id: 'plugin@slug', revises: …, up: sql`…` })",
  }),
  REVISION_NAME_DIFFERS: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { id: string; file: string; expected: string }) =>
      `The revision in ${d.file} calls itself ${quoted(d.id, 150)}, and its plugin and file name make it "${d.expected}".`,
    hint: (d) => `If it has not been applied anywhere, write id: '${d.expected}'; else give the file back its name.`,
  }),
  REVISION_FIELD_INVALID: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; file: string; field: string; problem: string }) =>
      `Revision "${d.revision}" (${d.file}): \`${d.field}\` ${d.problem}.`,
    hint: (d) => `Correct \`${d.field}\` of "${d.revision}".`,
  }),
  REVISION_DEPENDENCY_NOT_REQUIRED: codeEntry({
    exit: exitCode.incompatible,
    message: (d: {
      revision: string;
      file: string;
      dependency: string;
      plugin: string;
      package: string;
      optional: boolean;
    }) =>
      `Revision "${d.revision}" (${d.file}) depends on "${d.dependency}", but its plugin ` +
      `${d.optional ? 'requires that plugin only optionally' : 'does not require that plugin'}.`,
    hint: (d) =>
      d.optional
        ? `Take "${d.package}" out of "peerDependenciesMeta" in its package.json, or move the revision to a plugin of its own that requires both.`
        : `Add to its package.json: "peerDependencies": { "${d.package}": "*" }`,
  }),
  SQL_SYNTAX: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { message: string; line: number; column: number; excerpt: string }) =>
      `PostgreSQL's parser refuses this SQL at line ${d.line}, column ${d.column}: ${d.message}; there it reads ${d.excerpt}.`,
    hint: () => 'Correct it; which revisions have such a mistake is said by: npx kernel migrate:lint',
  }),
  MANIFEST_MISSING: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; package: string; version: string; file: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) runs as it was built, and its manifest ${d.file} is not there.`,
    hint: (d) =>
      `Its author builds it with: npx kernel plugin:build. A package of this workspace runs from its sources once its ` +
      `"exports" has a "headwater-source" target. Otherwise: npm install ${d.package}@latest`,
  }),
  MANIFEST_INVALID: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; pointer: string; problem: string }) =>
      `The manifest ${d.file} is damaged${d.pointer === '' ? '' : ` at ${d.pointer}`}: ${d.problem}.`,
    hint: () => 'Install the package again (npm ci), or build it again: npx kernel plugin:build',
  }),
  REVISIONS_LOCK_INVALID: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; problem: string }) => `The lock ${d.file} is damaged: ${d.problem}.`,
    hint: () => 'It is committed: take it from version control, then: npx kernel plugin:build',
  }),
};
