import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import type { Command, Context } from './command.ts';
import { commandNamed, commandTable } from './command-table.ts';
import type { CrashHandler } from './crash-handler.ts';

/**
 * Finds and imports a command of the kernel, of `@headwater/dev`, or of an active plugin. `words` are the other words
 * of the line. Throws USAGE for an unknown command, and the errors of loading a command.
 */
export async function findCommand(
  name: string,
  words: readonly string[],
  context: Context,
  crashes: CrashHandler,
): Promise<Command> {
  const entry = commandNamed(name);
  if (entry !== undefined) return entry.load(context);
  const { knownPluginCommands, pluginCommands } = await import('./plugin-commands.ts');
  // Errors in the config are reported only if the name may belong to a plugin.
  const mayBePlugins = name.includes(':') && !hasKernelPrefix(name);
  const declared = mayBePlugins ? pluginCommands(context) : knownPluginCommands(context);
  const found = declared.find((one) => one.name === name);
  if (found !== undefined) {
    // Only the plugin's code knows the command's signature.
    crashes.watchPlugins();
    return (await import('./run-plugin-command.ts')).loadPluginCommand(found, context);
  }
  const { nearestCommand } = await import('./nearest-command.ts');
  const names = declared.map((one) => one.name);
  throw usageError(`kernel has no command "${name}"`, nearestCommand(name, words, names));
}

/**
 * Returns whether a name has one of the kernel's own prefixes (`migrate:`, `plugin:`, `config:`). An unknown name that
 * has one is treated as a misspelling.
 */
function hasKernelPrefix(name: string): boolean {
  return commandTable.some((entry) => entry.name.startsWith(name.slice(0, name.indexOf(':') + 1)));
}

/** Returns a USAGE error for the whole command line, with the word that was probably intended. */
export function usageError(what: string, nearest: string | null = null): KernelError {
  const sentence = nearest === null ? `${what}.` : `${what}; did you mean ${nearest}?`;
  return kernelError('USAGE', { what: sentence, usage: null, command: null });
}
