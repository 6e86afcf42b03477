import { codeEntry, listOf } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';
import { quoted } from '../quoted.ts';

/** A plugin's package, as messages name it. */
export interface Where {
  readonly plugin: string;
  readonly package: string;
  readonly version: string;
  readonly directory: string;
}

const named = (d: Where): string => `The plugin "${d.plugin}" (${d.package} ${d.version} in ${d.directory})`;

/** Refusals of a plugin's name, package or running half, and of plugins that do not fit together. */
export const pluginCodes = {
  PLUGIN_NAME_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { name: string; file: string; pointer: string; problem: string }) =>
      `${d.file}: ${quoted(d.name)} at /plugins is not a plugin's name: ${d.problem}.`,
    hint: () =>
      'A name is a lower-case letter, then up to 38 lower-case letters, digits and "-" ([a-z][a-z0-9-]{0,38}), for ' +
      'example "likes". Its package goes into "$package": an npm name, or a "./path" inside the project.',
  }),
  PLUGIN_NAME_RESERVED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { name: string; file: string; pointer: string }) =>
      `${d.file}: the name "${d.name}" at ${d.pointer} is reserved.`,
    hint: (d) =>
      d.name === 'core'
        ? 'Plugin zero is named by the top-level key "core": "core": "@headwater/plugin-core". Without that key there is none.'
        : 'Choose another name: "kernel" is where the ledger is, and "heads" is the target that means every plugin.',
  }),
  PLUGIN_PACKAGE_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { file: string; pointer: string; found: string; problem: string }) =>
      `${d.file}: ${quoted(d.found)} at ${d.pointer} does not name a package: ${d.problem}.`,
    hint: () => 'Write an npm name like "@acme/headwater-likes", or a path inside the project like "./app".',
  }),
  PLUGIN_NOT_FOUND: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string;
      tried: readonly string[];
      from: string;
      install: string;
      /** An installed plugin of nearly that name, where somebody looked. */
      nearest?: string | null;
    }) => {
      const close = d.nearest ?? null;
      return (
        `The package of the plugin "${d.plugin}" is not there: tried ${listOf(d.tried)} from ${d.from}` +
        (close === null ? '.' : `; did you mean "${close}"?`)
      );
    },
    hint: (d) => {
      const close = d.nearest ?? null;
      if (close !== null) return `npx kernel plugin:enable ${close}; or install it: npm install ${d.install}`;
      return d.install.startsWith('./')
        ? `Correct the path, or do without it: npx kernel plugin:disable ${d.plugin}`
        : `Install it: npm install ${d.install}; or do without it: npx kernel plugin:disable ${d.plugin}`;
    },
  }),
  PACKAGE_UNREADABLE: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { file: string; reason: string }) => `${d.file} cannot be used: ${d.reason}.`,
    hint: () => 'A folder that half an installation left behind is mended by: npm install',
  }),
  PLUGIN_FIELD_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { package: string; file: string; field: string; problem: string }) =>
      `The package ${d.package} is no plugin: "${d.field}" in ${d.file} ${d.problem}.`,
    hint: () =>
      'A plugin says in its package.json: "headwater": { "plugin": "likes" }, and "exports": { ".": { "headwater-source": ' +
      '"./src/index.ts", "default": "./dist/index.js" } }.',
  }),
  PLUGIN_NAME_DIFFERS: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; file: string; found: string }) =>
      `The package ${d.package} is the plugin ${quoted(d.found)} (${d.file}), and the config lists it as "${d.plugin}".`,
    hint: (d) => `List it under the name that it gives itself: "plugins": { ${quoted(d.found)}: {} }`,
  }),
  PLUGIN_LOAD_FAILED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Where & { phase: 'import' | 'options'; file: string; reason: string }) =>
      `${named(d)} failed in phase "${d.phase}", in ${d.file}: ${d.reason}.`,
    hint: (d) => {
      const missing = /Cannot find package '([^']+)'/.exec(d.reason)?.[1];
      if (missing !== undefined) return `Install what it needs: npm install ${missing}`;
      return `Upgrade it: npm install ${d.package}@latest; for its stack add --debug; without it: npx kernel plugin:disable ${d.plugin}`;
    },
  }),
  PLUGIN_EXPORT_INVALID: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: Where & { file: string; problem: string }) => `${named(d)} exports no plugin: ${d.file} ${d.problem}.`,
    hint: (d) => `Write in it: export default definePlugin({ name: '${d.plugin}', … })`,
  }),
  PLUGIN_COLLISION: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { what: string; owners: readonly string[] }) => `${d.what} is claimed twice: by ${listOf(d.owners)}.`,
    hint: () => 'Keep one of the two in config.json.',
  }),
  REQUIREMENT_MISSING: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; package: string; needs: string; needsPackage: string; installed: boolean }) =>
      `The plugin "${d.plugin}" (${d.package}) requires the plugin "${d.needs}" (${d.needsPackage}), which is ` +
      `${d.installed ? 'installed, but not active' : 'not installed'}.`,
    hint: (d) => {
      const without = `or do without: npx kernel plugin:disable ${d.plugin}`;
      if (d.needs === 'core') {
        const install = d.installed ? '' : `npm install ${d.needsPackage}, then `;
        return `Name plugin zero in the config: ${install}add the line "core": "${d.needsPackage}" at its top level; ${without}`;
      }
      const install = d.installed ? 'Activate it:' : `Install and activate it: npm install ${d.needsPackage} &&`;
      return `${install} npx kernel plugin:enable ${d.needs}; ${without}`;
    },
  }),
  REQUIREMENT_UNMET: codeEntry({
    exit: exitCode.incompatible,
    message: (d: { plugin: string; package: string; version: string; needs: string; range: string; found: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) needs ${d.needs} ${quoted(d.range)}, and ${d.found} is installed.`,
    hint: (d) =>
      `Upgrade ${d.needs}: npm install '${d.needs}@${d.range}'; or ${d.package}: npm install ${d.package}@latest`,
  }),
  KERNEL_DUPLICATE: codeEntry({
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
      `the plugin "${d.plugin}" (${d.package}) would get ${d.directory} (${d.version}).`,
    hint: () =>
      'Find out who brings the second: npm ls @headwater/kernel. Plugins name it under peerDependencies, never under ' +
      'dependencies; and a project runs its own kernel: npx kernel, after npm install @headwater/kernel',
  }),
  PLUGIN_NOT_ACTIVE: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; file: string; nearest: string | null; disabled: boolean }) =>
      d.disabled
        ? `The plugin "${d.plugin}" is not active: ${d.file} switches it off.`
        : `No active plugin is called ${quoted(d.plugin)} (${d.file})${d.nearest === null ? '' : `; the nearest is "${d.nearest}"`}.`,
    hint: (d) => (d.disabled ? `npx kernel plugin:enable ${d.plugin}` : 'What there is: npx kernel plugin:list'),
  }),
  PLUGIN_NOT_LISTED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; file: string; nearest: string | null }) =>
      `${d.file} lists no plugin "${d.plugin}"${d.nearest === null ? '' : `; the nearest is "${d.nearest}"`}.`,
    hint: () => 'What it lists: npx kernel plugin:list',
  }),
};
