import { codeEntry, listOf } from '../code-entry.ts';
import { exitCode } from '../exit-code.ts';
import { quoted } from '../quoted.ts';

/** What stands in the database when a phase ends badly: those before `start` come before any connection. */
function writtenBefore({ phase }: { readonly phase: string }): string {
  return phase === 'import' || phase === 'bind'
    ? 'Nothing was written.'
    : 'The database is at its heads; what the plugin itself wrote is its own.';
}

/** What a plugin did not do in time. */
const verbs = { import: 'finish importing', start: 'start', stop: 'stop' } as const;

/** Errors of the command line and of the kernel itself. */
export const bootCodes = {
  DEV_NOT_INSTALLED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { command: string; root: string; version: string }) =>
      `kernel ${d.command} is a command of @headwater/dev, which is not installed in ${d.root}.`,
    hint: (d) => `Install it as a development dependency: npm install --save-dev @headwater/dev@${d.version}`,
  }),
  DEV_VERSION_DIFFERS: codeEntry({
    exit: exitCode.incompatible,
    message: (d: {
      command: string;
      directory: string;
      version: string;
      kernel: string;
      kernelDirectory: string;
      besideDirectory: string;
    }) =>
      `kernel ${d.command} is a command of @headwater/dev, and ${d.directory} has version ${d.version} of it` +
      (d.version === d.kernel
        ? `, which uses the kernel in ${d.besideDirectory}; this one is in ${d.kernelDirectory}.`
        : `; this kernel is ${d.kernel}, and both must be the same.`),
    hint: (d) => `Install the same version of both: npm install --save-dev @headwater/dev@${d.kernel}. Then: npm ls @headwater/kernel`,
  }),
  INTERNAL: codeEntry({
    exit: exitCode.internal,
    message: (d: { what: string }) => `Headwater made a mistake of its own: ${d.what}`,
    hint: () => 'Run again with --debug for the stack, and report it with the command you ran.',
    written: () => 'What was committed before it is in the ledger: npx kernel migrate:status',
  }),
  USAGE: codeEntry({
    exit: exitCode.usage,
    message: (d: { what: string; usage: string | null; command: string | null }) => d.what,
    hint: (d) => {
      if (d.command === null) return 'npx kernel --help lists the commands.';
      const usage = d.usage === null ? '' : `${d.usage}\n     `;
      return `${usage}All of it: npx kernel ${d.command} --help`;
    },
  }),
  NAME_UNKNOWN: codeEntry({
    exit: exitCode.usage,
    message: (d: { name: string; nearest: string | null; plugins: readonly string[] }) =>
      `Nothing of the plugins ${listOf(d.plugins)} is called ${quoted(d.name)}` +
      (d.nearest === null ? '.' : `; did you mean ${d.nearest}?`),
    hint: (d) =>
      d.nearest === null
        ? 'A column is written table.column, a property Entity.property. What belongs to a plugin that is not active is ' +
          'not known: npx kernel plugin:list'
        : `npx kernel why ${d.nearest}`,
  }),
  PLUGIN_PHASE_FAILED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: keyof typeof verbs; reason: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) failed to ${d.phase}: ${d.reason}.`,
    hint: (d) => `Run again with --debug for its stack. Without it: npx kernel plugin:disable ${d.plugin}`,
    written: writtenBefore,
  }),
  PLUGIN_COMMANDS_DIFFER: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string;
      package: string;
      version: string;
      listed: readonly string[];
      contributed: readonly string[];
    }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) lists the commands ${listOf(d.listed) || '(none)'} in its ` +
      `package.json and contributes ${listOf(d.contributed) || '(none)'} in bind.`,
    hint: () =>
      'Make them the same: "headwater": { "commands": { "likes:recount": "what it does" } }, and ' +
      "contribute(Commands, { name: 'likes:recount', … })",
  }),
  PLUGIN_COMMAND_FAILED: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; command: string; reason: string }) =>
      `The command ${d.command} of the plugin "${d.plugin}" (${d.package} ${d.version}) failed: ${d.reason}.`,
    hint: (d) => `Run again with --debug for its stack. What it takes: npx kernel ${d.command} --help`,
    written: () => 'The database is at its heads; what the command itself wrote is its own.',
  }),
  PLUGIN_PHASE_TIMEOUT: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: keyof typeof verbs; seconds: number }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) did not ${verbs[d.phase]} within ${d.seconds} s.`,
    hint: (d) =>
      `Give it longer: "plugins": { "${d.plugin}": { "$startTimeout": 60 } }, or do without: npx kernel plugin:disable ${d.plugin}`,
    written: writtenBefore,
  }),
  PLUGIN_STRAY_ERROR: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: string; reason: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) left something running in its ${d.phase} that failed with ` +
      `nobody waiting for it: ${d.reason}.`,
    hint: (d) =>
      `Await every promise, and catch what a timer throws. --debug shows the stack. Without it: npx kernel plugin:disable ${d.plugin}`,
    written: () => 'What was committed before it is in the ledger: npx kernel migrate:status',
  }),
  PLUGIN_ENDED_PROCESS: codeEntry({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) ended the process from its ${d.phase}.`,
    hint: (d) =>
      `A plugin throws and leaves the process to its application. Without it: npx kernel plugin:disable ${d.plugin}`,
    written: () => 'What was committed before it is in the ledger: npx kernel migrate:status',
  }),
};
