import { defineError } from '../define-error.ts';
import { joinNames } from '../join-names.ts';
import { exitCode } from '../exit-code.ts';
import { quoteInput } from '../quote-input.ts';

/** States what was written before a phase failed. The phases before `start` run without a connection. */
function writtenBefore({ phase }: { readonly phase: string }): string {
  return phase === 'import' || phase === 'bind'
    ? 'Nothing was written.'
    : 'The database is at its heads; the plugin itself may have written data.';
}

/** The verb for each phase, used in "did not … within 10 s". */
const verbs = { import: 'finish importing', start: 'start', stop: 'stop' } as const;

const committedEarlier = (): string =>
  'Everything that was committed before the error is in the ledger: npx kernel migrate:status';

const withoutPlugin = (plugin: string): string => `To start without the plugin: npx kernel plugin:disable ${plugin}`;

/** Errors of the command line, of the kernel itself and of running plugins. */
export const bootCodes = {
  DEV_NOT_INSTALLED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { command: string; root: string; version: string }) =>
      `kernel ${d.command} is a command of @headwater/dev, which is not installed in ${d.root}.`,
    hint: (d) => `Install it as a development dependency: npm install --save-dev @headwater/dev@${d.version}`,
  }),
  DEV_VERSION_DIFFERS: defineError({
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
    hint: (d) =>
      `Install the same version of both: npm install --save-dev @headwater/dev@${d.kernel}. Then: npm ls @headwater/kernel`,
  }),
  INTERNAL: defineError({
    exit: exitCode.internal,
    message: (d: { what: string }) => `Internal error (a bug in Headwater): ${d.what}`,
    hint: () => 'Run the command again with --debug to see the stack, and report both.',
    written: committedEarlier,
  }),
  USAGE: defineError({
    exit: exitCode.usage,
    message: (d: { what: string; usage: string | null; command: string | null }) => d.what,
    hint: (d) => {
      if (d.command === null) return 'npx kernel --help lists the commands.';
      const usage = d.usage === null ? '' : `${d.usage}\n     `;
      return `${usage}Full help: npx kernel ${d.command} --help`;
    },
  }),
  OPTION_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { call: string; option: string; known: readonly string[]; nearest: string | null }) =>
      `${d.call}() has no option ${quoteInput(d.option)}; expected one of ${joinNames(d.known)}` +
      (d.nearest === null ? '.' : `; did you mean ${quoteInput(d.nearest)}?`),
    hint: (d) => (d.nearest === null ? 'Remove it.' : `Write ${quoteInput(d.nearest)}, or remove it.`),
  }),
  OPTION_INVALID: defineError({
    exit: exitCode.usage,
    message: (d: { call: string; option: string; expected: string; found: string }) =>
      `${quoteInput(d.option)} of ${d.call}() is invalid: expected ${d.expected}, found ${d.found}.`,
    hint: (d) => `Pass ${d.expected}.`,
  }),
  APP_STOPPED: defineError({
    exit: exitCode.usage,
    message: () => 'The application has stopped, and its services have no database any more.',
    hint: () => 'Call app.stop() or kernel.close() after the last request, or start() the application again.',
  }),
  NAME_UNKNOWN: defineError({
    exit: exitCode.usage,
    message: (d: { name: string; nearest: string | null; plugins: readonly string[] }) =>
      `Nothing in the plugins ${joinNames(d.plugins)} is named ${quoteInput(d.name)}` +
      (d.nearest === null ? '.' : `; did you mean ${d.nearest}?`),
    hint: (d) =>
      d.nearest === null
        ? 'Write a column as table.column and a property as Entity.property. Names of plugins that are not active are ' +
          'unknown; list the active ones: npx kernel plugin:list'
        : `npx kernel why ${d.nearest}`,
  }),
  PLUGIN_PHASE_FAILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string;
      package: string;
      version: string;
      phase: keyof typeof verbs;
      reason: string;
      hint: string | null;
    }) => `The plugin "${d.plugin}" (${d.package} ${d.version}) failed to ${d.phase}: ${d.reason}.`,
    hint: (d) => d.hint ?? `Run the command again with --debug to see the stack. ${withoutPlugin(d.plugin)}`,
    written: writtenBefore,
  }),
  PLUGIN_COMMANDS_DIFFER: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: {
      plugin: string;
      package: string;
      version: string;
      listed: readonly string[];
      contributed: readonly string[];
    }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) lists the commands ${joinNames(d.listed) || '(none)'} in its ` +
      `package.json, but contributes ${joinNames(d.contributed) || '(none)'} in bind.`,
    hint: () =>
      'Make both lists equal: "headwater": { "commands": { "likes:recount": "Counts all likes again" } }, and ' +
      "contribute(Commands, { name: 'likes:recount', … })",
  }),
  PLUGIN_COMMAND_FAILED: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; command: string; reason: string }) =>
      `The command ${d.command} of the plugin "${d.plugin}" (${d.package} ${d.version}) failed: ${d.reason}.`,
    hint: (d) => `Run the command again with --debug to see the stack. Its arguments: npx kernel ${d.command} --help`,
    written: () => 'The database is at its heads; the command itself may have written data.',
  }),
  PLUGIN_PHASE_TIMEOUT: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: keyof typeof verbs; seconds: number }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) did not ${verbs[d.phase]} within ${d.seconds} s.`,
    hint: (d) => `Allow more time: "plugins": { "${d.plugin}": { "$startTimeout": 60 } }. ${withoutPlugin(d.plugin)}`,
    written: writtenBefore,
  }),
  PLUGIN_STRAY_ERROR: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: string; reason: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) began background work during ${d.phase}, which failed with an ` +
      `unhandled error: ${d.reason}.`,
    hint: (d) => `Await every promise and catch errors in timers. --debug shows the stack. ${withoutPlugin(d.plugin)}`,
    written: committedEarlier,
  }),
  PLUGIN_ENDED_PROCESS: defineError({
    exit: exitCode.pluginNotLoadable,
    message: (d: { plugin: string; package: string; version: string; phase: string }) =>
      `The plugin "${d.plugin}" (${d.package} ${d.version}) ended the process during ${d.phase}.`,
    hint: (d) => `It may have called process.exit(). Throw an error instead. ${withoutPlugin(d.plugin)}`,
    written: committedEarlier,
  }),
};
