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
      'A revision file imports nothing but @headwater/core/plugin and holds only TypeScript that Node can strip; for the ' +
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
      `"exports" has a "development" target. Otherwise: npm install ${d.package}@latest`,
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
  REVISION_SLUG_INVALID: codeEntry({
    exit: exitCode.usage,
    message: (d: { words: string; slug: string; length: number; longest: number; example: string }) =>
      d.length > d.longest
        ? `A revision named after ${quoted(d.words, 150)} would have ${d.length} characters, and at most ${d.longest} are allowed.`
        : `${quoted(d.words)} names no revision: it has no letter a to z and no digit.`,
    hint: (d) => `Say in a few words what it changes, which gives a name like "${d.example}".`,
  }),
  REVISION_FILE_EXISTS: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string }) => `${d.file} is there already, and a revision is never written over another.`,
    hint: () => 'Give the new revision another name, or run the command again: it takes the next number.',
  }),
  REVISION_FILE_UNWRITABLE: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; reason: string }) => `${d.file} cannot be written: ${d.reason}.`,
    hint: () => 'Give this user write permission there, and run the command again.',
  }),
  REVISION_TEXT_UNWRITABLE: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { revision: string; field: string; problem: string }) =>
      `Revision "${d.revision}" cannot be written to a file: its \`${d.field}\` ${d.problem}.`,
    hint: () => "Say it in another way: PostgreSQL reads E'\\r', E'\\\\' and chr(96) in a constant.",
  }),
  PLUGIN_BUILD_INCOMPLETE: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; revision: string; module: string }) =>
      `The plugin "${d.plugin}" cannot be built: "${d.revision}" is code, and its module ${d.module} is not there.`,
    hint: () => 'Compile the sources first (npm run build), then: npx kernel plugin:build',
  }),
  PLUGIN_BUILD_UNWRITABLE: codeEntry({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; reason: string }) => `${d.file} cannot be written: ${d.reason}.`,
    hint: () => 'Give this user write permission there, then: npx kernel plugin:build',
  }),
  PLUGIN_BUILD_CHANGED: codeEntry({
    exit: exitCode.integrity,
    message: (d: { plugin: string; revision: string; since: string; lock: string; what: 'changed' | 'gone' }) =>
      `The plugin "${d.plugin}" cannot be built: "${d.revision}", shipped since ${d.since} (${d.lock}), ` +
      `${d.what === 'gone' ? 'is gone' : 'is not what it was: its SQL, edges, version or transaction differ'}.`,
    hint: (d) =>
      `What was shipped is history: put it back and write the change as a new revision. If ${d.since} was never ` +
      `published, remove "${d.revision}" from ${d.lock}.`,
  }),
};
