import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { declaredCommands, type DeclaredCommand } from '../plugin/declared-commands.ts';
import { commandNamed } from './command-table.ts';
import type { Context } from './command.ts';
import { openConfig } from './open-project.ts';

/**
 * Returns the commands that the package.json files of the active plugins declare. Throws any error in the config or the
 * packages, and PLUGIN_COLLISION if a plugin declares a command of the kernel.
 */
export function pluginCommands(context: Context): readonly DeclaredCommand[] {
  const declared = declaredCommands(openConfig(context));
  const taken = declared.find(({ name }) => commandNamed(name) !== undefined);
  if (taken === undefined) return declared;
  const owners = ['the kernel', `the plugin "${taken.plugin}"`];
  throw kernelError('PLUGIN_COLLISION', { what: `The command ${taken.name}`, owners });
}

/**
 * Like `pluginCommands`, but returns none if there is no project or the config is invalid. Used where
 * such errors must not matter, as in help and completion.
 */
export function knownPluginCommands(context: Context): readonly DeclaredCommand[] {
  try {
    return pluginCommands(context);
  } catch (error) {
    if (isKernelError(error)) return [];
    throw error;
  }
}
