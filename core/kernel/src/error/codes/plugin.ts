import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

/** A plugin's package, as named in messages. */
export interface NamedPlugin {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  readonly directory: string;
}

const named = (d: NamedPlugin): string => `The plugin "${d.plugin}" (${d.package} ${d.version} in ${d.directory})`;

/** Whether a program defines the plugin itself, so that there is no package to install or to correct. */
const isInline = (d: NamedPlugin): boolean => d.package.startsWith('inline:');

/** Errors for a plugin's name, package or definition, and for incompatible plugins. */
export const pluginCodes = {
  PLUGIN_NAME_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { name: string; file: string; pointer: string; problem: string }) =>
      `${d.file}: ${quoteInput(d.name)} at /plugins is not a valid plugin name: ${d.problem}.`,
    hint: () =>
      'A name is a lower-case letter, then up to 38 lower-case letters, digits and "-" ([a-z][a-z0-9-]{0,38}), for ' +
      'example "likes". The package belongs in "$package": an npm name, or a "./path" inside the project.',
  }),
  PLUGIN_NAME_RESERVED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { name: string; file: string; pointer: string }) =>
      `${d.file}: the name "${d.name}" at ${d.pointer} is reserved.`,
    hint: (d) =>
      d.name === 'core'
        ? 'Plugin zero has a separate key at the top level: "core": "@headwater/plugin-core". Without it there is no plugin zero.'
        : 'Choose another name: "kernel" is the schema of the ledger, and "heads" is the target for all plugins.',
  }),
  PLUGIN_PACKAGE_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { file: string; pointer: string; found: string; problem: string }) =>
      `${d.file}: ${quoteInput(d.found)} at ${d.pointer} does not name a package: ${d.problem}.`,
    hint: () => 'Write an npm name like "@acme/headwater-likes", or a path inside the project like "./app".',
  }),
  PLUGIN_NOT_FOUND: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string;
      /** The package name or path from the config if there is one; otherwise the usual package names. */
      tried: readonly string[];
      from: string;
      /**
       * For a plugin that the config need not list: an installed plugin with a similar name, or `null` if a search found
       * none.
       */
      nearest?: string | null;
      /** The package that the ledger names, if it was asked and names one. */
      recorded?: string;
    }) => {
      const tried = `The package of the plugin "${d.plugin}" is not installed: tried ${joinNames(d.tried)} from ${d.from}`;
      if (d.recorded !== undefined) return `${tried}. The ledger names the package ${d.recorded}.`;
      return typeof d.nearest === 'string' ? `${tried}; did you mean "${d.nearest}"?` : `${tried}.`;
    },
    hint: (d) => {
      const [named = '', ...others] = d.tried;
      const without =
        d.plugin === 'core'
          ? 'or remove the key "core"'
          : `or deactivate the plugin: npx kernel plugin:disable ${d.plugin}`;
      if (d.recorded !== undefined) {
        return `Install it: npm install ${d.recorded}; and name it at the plugin in config.json: "$package": "${d.recorded}"; ${without}`;
      }
      if (typeof d.nearest === 'string') return `If you meant "${d.nearest}", run the command again with that name.`;
      if (others.length > 0 && d.nearest === null) {
        return 'See which plugins are installed: npx kernel plugin:list. To install and activate one: npx kernel plugin:add <package>';
      }
      if (others.length > 0) {
        return `Install its package. If the package has another name, add it to the plugin in config.json: "$package": "@acme/${d.plugin}"; ${without}`;
      }
      return named.startsWith('./') ? `Correct the path; ${without}` : `Install it: npm install ${named}; ${without}`;
    },
  }),
  PACKAGE_UNREADABLE: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { file: string; reason: string }) => `${d.file} cannot be used: ${d.reason}.`,
    hint: (d) =>
      /[\\/]node_modules[\\/]/.test(d.file)
        ? 'An interrupted installation may have left the folder behind. Repair it: npm install'
        : 'Name the folder of a package, or correct its package.json.',
  }),
  PLUGIN_FIELD_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { package: string; file: string; field: string; problem: string }) =>
      `The package ${d.package} is not a plugin: "${d.field}" in ${d.file} ${d.problem}.`,
    hint: () =>
      'A plugin has in its package.json: "headwater": { "plugin": "likes" }, and "exports": { ".": { "headwater-source": ' +
      '"./src/index.ts", "default": "./dist/index.js" } }.',
  }),
  PLUGIN_NAME_DIFFERS: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; file: string; found: string }) =>
      `The package ${d.package} is the plugin ${quoteInput(d.found)} (${d.file}), and the config lists it as "${d.plugin}".`,
    hint: (d) => `List it under its own name: "plugins": { ${quoteInput(d.found)}: {} }`,
  }),
  PLUGIN_LOAD_FAILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: NamedPlugin & { phase: 'import' | 'options'; file: string; reason: string }) =>
      `${named(d)} failed in phase "${d.phase}", in ${d.file}: ${d.reason}.`,
    hint: (d) => {
      const missing = /Cannot find package '([^']+)'/.exec(d.reason)?.[1];
      if (missing !== undefined) return `Install the missing package: npm install ${missing}`;
      if (isInline(d)) return 'Correct its `load`. The cause of this error has the stack.';
      return `Upgrade it: npm install ${d.package}@latest; or deactivate it: npx kernel plugin:disable ${d.plugin}. --debug shows the stack.`;
    },
  }),
  PLUGIN_NOT_COMPILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: NamedPlugin & { file: string; syntax: string }) =>
      `${named(d)} cannot be run from its sources: ${d.file} has syntax that must be compiled (${quoteInput(d.syntax, 120)}). ` +
      'Node only strips types.',
    hint: () =>
      'Compile the plugin with tsc, and let its "exports" name the compiled file also for its sources: "headwater-source": ' +
      '"./dist/index.js". Its revisions stay in src/migrations.',
  }),
  PLUGIN_EXPORT_INVALID: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: NamedPlugin & { file: string; problem: string }) =>
      `${named(d)} does not export a plugin: ${d.file} ${d.problem}.`,
    hint: (d) =>
      isInline(d)
        ? `Return from it: definePlugin({ name: '${d.plugin}', … })`
        : `Write in it: export default definePlugin({ name: '${d.plugin}', … })`,
  }),
  PLUGIN_COLLISION: defineError({
    exit: exitCode.incompatible,
    message: (d: { what: string; owners: readonly string[] }) =>
      `${d.what} is claimed twice, by ${joinNames(d.owners)}.`,
    hint: () => 'Keep one of the two in config.json.',
  }),
  REQUIREMENT_MISSING: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      plugin: string;
      package: string;
      needs: string;
      needsPackage: string;
      /** The versions that it requires. */
      range: string;
      installed: boolean;
    }) =>
      `The plugin "${d.plugin}" (${d.package}) requires the plugin "${d.needs}" (${d.needsPackage}), which is ` +
      `${d.installed ? 'installed, but not active' : 'not installed'}.`,
    hint: (d) => {
      const without = `or deactivate the plugin that requires it: npx kernel plugin:disable ${d.plugin}`;
      if (d.needs === 'core') {
        const install = d.installed ? '' : `npm install ${d.needsPackage}, then `;
        return `Name plugin zero in the config: ${install}add the line "core": "${d.needsPackage}" at its top level; ${without}`;
      }
      const spec = d.range === '*' ? d.needsPackage : `'${d.needsPackage}@${d.range}'`;
      const add = `Install and activate it: npx kernel plugin:add ${spec}`;
      return `${d.installed ? `Activate it: npx kernel plugin:enable ${d.needs}` : add}; ${without}`;
    },
  }),
  REQUIREMENT_UNMET: defineError({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; package: string; version: string; needs: string; range: string; found: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) needs ${d.needs} ${quoteInput(d.range)}, and ${d.found} is installed.`,
    hint: (d) =>
      `Upgrade ${d.needs}: npm install '${d.needs}@${d.range}'; or ${d.package}: npm install ${d.package}@latest`,
  }),
  KERNEL_DUPLICATE: defineError({
    exit: exitCode.incompatible,
    message: (d: {
      plugin: string;
      package: string;
      directory: string;
      version: string;
      kernelDirectory: string;
      kernelVersion: string;
    }) =>
      `There are two copies of @headwater/kernel: ${d.kernelDirectory} (${d.kernelVersion}) is running, and ` +
      `the plugin "${d.plugin}" (${d.package}) would import ${d.directory} (${d.version}).`,
    hint: () =>
      'Find the package that brings the second copy: npm ls @headwater/kernel. A plugin lists it under "peerDependencies", never ' +
      'under "dependencies". A project runs its own kernel: npm install @headwater/kernel, then npx kernel',
  }),
  PLUGIN_NOT_ACTIVE: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; file: string; nearest: string | null; disabled: boolean }) =>
      d.disabled
        ? `The plugin "${d.plugin}" is not active: ${d.file} disables it.`
        : `No active plugin is called ${quoteInput(d.plugin)} (${d.file})${d.nearest === null ? '' : `; the nearest is "${d.nearest}"`}.`,
    hint: (d) => (d.disabled ? `npx kernel plugin:enable ${d.plugin}` : 'See: npx kernel plugin:list'),
  }),
  PLUGIN_NOT_LISTED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; file: string; nearest: string | null }) =>
      `${d.file} lists no plugin "${d.plugin}"${d.nearest === null ? '' : `; the nearest is "${d.nearest}"`}.`,
    hint: () => 'See: npx kernel plugin:list',
  }),
  PLUGIN_NAME_TAKEN: defineError({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; package: string; owner: string; where: string }) =>
      `The package ${d.package} is a plugin "${d.plugin}", and ${d.where} has the plugin "${d.plugin}" of ${d.owner}.`,
    hint: (d) =>
      `Two packages cannot be one plugin. If you meant the other one: npx kernel plugin:add ${d.owner}; if the new one ` +
      `replaces it, install it yourself and write "$package": "${d.package}" in config.json.`,
  }),
  PACKAGE_NOT_PUBLISHED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { spec: string; directory: string; reason: string }) =>
      `npm finds no package ${quoteInput(d.spec)} from ${d.directory}: ${d.reason}.`,
    hint: (d) =>
      /^(?:[a-z]:)?[\\/]/i.test(d.spec)
        ? 'Name a tarball or a folder that exists.'
        : `Check the name and the version: npm view ${d.spec.replace(/(?!^)@.*$/, '')} versions`,
  }),
  PACKAGE_TAMPERED: defineError({
    exit: exitCode.integrity,
    message: (d: { spec: string; reason: string }) =>
      `npm refuses ${quoteInput(d.spec)}: its tarball is not the one that the registry announced. ${d.reason}.`,
    hint: () =>
      'Do not install it. Download it again after npm cache verify, and report it to the registry if that does not help.',
  }),
  PINNED_SET_INVALID: defineError({
    exit: exitCode.config,
    message: (d: { file: string; problem: string }) => `${d.file} cannot be used: ${d.problem}.`,
    hint: () => 'Write it again from the installed packages, and review the difference: npx kernel plugin:lock',
  }),
  PINNED_SET_DIFFERS: defineError({
    exit: exitCode.integrity,
    message: (d: { file: string; differences: readonly string[] }) =>
      `The installed plugins are not those of ${d.file}:${d.differences.map((one) => `\n  ${one}`).join('')}`,
    hint: () =>
      'If the installed ones are right, record them and commit the file: npx kernel plugin:lock. Otherwise install those of ' +
      'the lock file of your package manager: npm ci',
  }),
  PACKAGE_MANAGER_FAILED: defineError({
    exit: exitCode.environment,
    message: (d: { command: string; directory: string; reason: string }) =>
      `${d.command} failed in ${d.directory}: ${d.reason}.`,
    hint: (d) => `Run it there to see all of its output: ${d.command}`,
  }),
  EXPORT_FAILED: defineError({
    exit: exitCode.environment,
    message: (d: { plugin: string; folder: string; reason: string }) =>
      `The rows of "${d.plugin}" cannot be written to ${d.folder}: ${d.reason}.`,
    hint: () => 'Name a folder that can be written and does not have the files yet; none is overwritten.',
  }),
};
