import { defineError, exitCode } from '@headwater/kernel/internal/errors';

/** Errors of `plugin:create`, of `plugin:build` and of commands that need a plugin's sources. */
export const buildCodes = {
  PLUGIN_CREATE_NAME: defineError({
    exit: exitCode.usage,
    message: (d: { name: string; problem: string }) => `A new plugin cannot have the name "${d.name}": ${d.problem}.`,
    hint: () => 'Choose another name: npx kernel plugin:create notes',
  }),
  PLUGIN_CREATE_FOLDER: defineError({
    exit: exitCode.usage,
    message: (d: { folder: string; problem: string }) => `The plugin cannot be created in ${d.folder}: ${d.problem}.`,
    hint: () => 'Name a new folder: npx kernel plugin:create <name> --folder <folder>',
  }),

  PLUGIN_BUILD_INCOMPLETE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; revision: string; module: string }) =>
      `The plugin "${d.plugin}" cannot be built: "${d.revision}" is a code revision, and its module ${d.module} does not exist.`,
    hint: () => 'Compile the sources first (npm run build), then: npx kernel plugin:build',
  }),
  PLUGIN_BUILD_DRIFT: defineError({
    exit: exitCode.drift,
    message: (d: { plugin: string; changes: readonly string[] }) =>
      `The plugin "${d.plugin}" cannot be built: no revision makes these changes of its entities:${d.changes.map((one) => `\n  ${one}`).join('')}`,
    hint: (d) => `Write the revision: npx kernel migrate:create ${d.plugin}`,
  }),
  PLUGIN_BUILD_OUTPUT: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; module: string; problem: string }) =>
      `The plugin "${d.plugin}" cannot be built: its compiled module ${d.module} ${d.problem}.`,
    hint: () =>
      'Remove the compiled files and compile again (npm run build), to ES modules if package.json says "type": "module". ' +
      'Then: npx kernel plugin:build',
  }),
  PLUGIN_BUILD_UNPROVEN: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; problems: readonly string[] }) =>
      `The plugin "${d.plugin}" cannot be built, because its revisions cannot be proven:${d.problems.map((one) => `\n  ${one}`).join('')}`,
    hint: (d) => `Correct them. Each problem in detail: npx kernel migrate:verify ${d.plugin}`,
  }),
  PLUGIN_BUILD_UNWRITABLE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; reason: string }) => `${d.file} cannot be written: ${d.reason}.`,
    hint: () => 'Give this user write permission there, then: npx kernel plugin:build',
  }),
  PLUGIN_BUILD_UNRECORDED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; lock: string }) =>
      `The plugin "${d.plugin}" cannot be built: ${d.lock} has no record of the objects that its entities declare.`,
    hint: (d) => `Record them: npx kernel migrate:check ${d.plugin} --record`,
  }),
  PLUGIN_BUILD_CHANGED: defineError({
    exit: exitCode.integrity,
    message: (d: { plugin: string; revision: string; since: string; lock: string; what: 'changed' | 'gone' }) =>
      `The plugin "${d.plugin}" cannot be built: "${d.revision}", published since ${d.since} (${d.lock}), ` +
      `${d.what === 'gone' ? 'was removed' : 'was changed: its SQL, edges, version or transaction differ'}.`,
    hint: (d) =>
      'Published revisions are immutable: restore it, and write the change as a new revision. If version ' +
      `${d.since} was never published, remove "${d.revision}" from ${d.lock}.`,
  }),
  PLUGIN_PACK_INTERRUPTED: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { file: string; original: string }) =>
      `An interrupted pack left ${d.file} without its "headwater-source" conditions, and it has been edited since; its ` +
      `original is ${d.original}.`,
    hint: () => 'Apply the edit to package.json.orig, then: mv package.json.orig package.json',
  }),
  PLUGIN_NOT_FROM_SOURCES: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; directory: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) is an installed package in ${d.directory}: its revisions can ` +
      'only be written where its sources are.',
    hint: () =>
      'Run this in the workspace of its sources. A package of a workspace runs from its sources if its "exports" have a ' +
      '"headwater-source" target: "exports": { ".": { "headwater-source": "./src/index.ts", "default": "./dist/index.js" } }',
  }),
};
