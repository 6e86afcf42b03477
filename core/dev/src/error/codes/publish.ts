import { defineError, exitCode } from '@headwater/kernel/internal/errors';

/** Errors of `plugin:verify`. Each names the first problem; nothing is published. */
export const publishCodes = {
  PLUGIN_VERIFY_MANIFEST: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; file: string; pointer: string; found: string; expected: string }) =>
      `The plugin "${d.plugin}" cannot be published: ${d.file} is not what its sources make. ` +
      `${d.pointer === '' ? 'The text' : d.pointer} has ${d.found}, and the sources make ${d.expected}.`,
    hint: () => 'Build it again (npm run build), and never edit these files: npx kernel plugin:build',
  }),
  PLUGIN_VERIFY_FILE_MISSING: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; by: string; path: string }) =>
      `The plugin "${d.plugin}" cannot be published: npm does not pack ${d.path}, which ${d.by} names.`,
    hint: (d) =>
      d.by.includes('headwater-source')
        ? 'npm packs no sources. Add to "scripts" in package.json: "prepack": "kernel plugin:prepack", "postpack": "kernel plugin:prepack --undo"'
        : 'Build it (npm run build), and list its folder in package.json: "files": ["dist"]',
  }),
  PLUGIN_VERIFY_TARBALL: defineError({
    exit: exitCode.integrity,
    message: (d: { tarball: string; problem: string }) => `${d.tarball} cannot be published: ${d.problem}.`,
    hint: () => 'Pack it again from these sources: npm pack',
  }),
  PLUGIN_VERIFY_PACKAGE: defineError({
    exit: exitCode.revisionInvalid,
    message: (d: { plugin: string; tool: string; problems: readonly string[] }) =>
      `The plugin "${d.plugin}" cannot be published: ${d.tool} finds problems in its package:` +
      d.problems.map((one) => `\n  ${one}`).join(''),
    hint: () => 'Correct package.json, and verify again: npx kernel plugin:verify',
  }),
  PLUGIN_VERIFY_TOOL_MISSING: defineError({
    exit: exitCode.environment,
    message: (d: { tool: string; range: string }) =>
      `kernel plugin:verify needs ${d.tool} ${d.range}, which is not installed.`,
    hint: (d) => `npm install --save-dev '${d.tool}@${d.range}'`,
  }),
  PLUGIN_VERIFY_PEER: defineError({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; peer: string; problem: string; fix: string }) =>
      `The plugin "${d.plugin}" cannot be published: ${d.peer} ${d.problem}.`,
    hint: (d) => `In package.json, ${d.fix}. Then: npm install`,
  }),
  PLUGIN_VERIFY_PUBLISHED: defineError({
    exit: exitCode.integrity,
    message: (d: { plugin: string; package: string; version: string; revision: string; change: string }) =>
      `The plugin "${d.plugin}" cannot be published: "${d.revision}", which ${d.package} ${d.version} has on the registry, ${d.change}. ` +
      'Databases may have run it.',
    hint: () => 'Restore it, and write the change as a new revision: npx kernel migrate:create',
  }),
  PLUGIN_VERIFY_COMBINATION: defineError({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; combination: string; problem: string }) =>
      `The plugin "${d.plugin}" does not work with every version that its peer ranges allow: ${d.combination}. ${d.problem}`,
    hint: () => 'Correct the plugin, or narrow the range under "peerDependencies" in package.json. Then: npm install',
  }),
  PLUGIN_VERIFY_TRIAL: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; step: string; problem: string }) =>
      `The plugin "${d.plugin}" cannot be published: in an empty application, it cannot be ${d.step}. ${d.problem}`,
    hint: () =>
      'Correct it and build it again. If it has options without a default, pass them: npx kernel plugin:verify --options \'{ "key": "value" }\'',
  }),
};
