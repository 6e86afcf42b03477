import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { declaredCommands, type DeclaredCommand } from '../plugin/declared-commands.ts';
import { commandNamed } from './command-table.ts';
import type { Context } from './command.ts';
import { openConfig } from './open-project.ts';

/**
 * Returns the commands of the active plugins, as their package.json files declare them. Throws the errors of the config and
 * of packages, and PLUGIN_COLLISION for a name that is one of the kernel's own.
 */
export function pluginCommands(context: Context): readonly DeclaredCommand[] {
  const declared = declaredCommands(openConfig(context));
  const taken = declared.find(({ name }) => commandNamed(name) !== undefined);
  if (taken === undefined) return declared;
  const owners = ['the kernel', `the plugin "${taken.plugin}"`];
  throw kernelError('PLUGIN_COLLISION', { what: `The command ${taken.name}`, owners });
}

/** The same for lists: returns none where there is no project, or where its config is invalid. */
export function knownPluginCommands(context: Context): readonly DeclaredCommand[] {
  try {
    return pluginCommands(context);
  } catch (error) {
    if (isKernelError(error)) return [];
    throw error;
  }
}
