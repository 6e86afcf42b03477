import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { declaredCommands, type DeclaredCommand } from '../plugin/declared-commands.ts';
import { commandNamed } from './command-table.ts';
import type { Context } from './command.ts';
import { openConfig } from './open-project.ts';

/**
 * Returns the commands of the active plugins, as their package.json files declare them. Throws the errors of the config
 * and of packages, and PLUGIN_COLLISION for the name of a kernel command.
 */
export function pluginCommands(context: Context): readonly DeclaredCommand[] {
  const declared = declaredCommands(openConfig(context));
  const taken = declared.find(({ name }) => commandNamed(name) !== undefined);
  if (taken === undefined) return declared;
  const owners = ['the kernel', `the plugin "${taken.plugin}"`];
  throw kernelError('PLUGIN_COLLISION', { what: `The command ${taken.name}`, owners });
}

/** Like `pluginCommands`, for help and completion: returns none without a project or with an invalid config. */
export function knownPluginCommands(context: Context): readonly DeclaredCommand[] {
  try {
    return pluginCommands(context);
  } catch (error) {
    if (isKernelError(error)) return [];
    throw error;
  }
}
