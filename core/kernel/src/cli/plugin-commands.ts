import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { declaredCommands, type DeclaredCommand } from '../plugin/declared-commands.ts';
import { commandNamed } from './command-table.ts';
import type { Context } from './command.ts';
import { openConfig } from './project.ts';

/**
 * The commands of the active plugins, by their package.json alone. Throws what the config and packages get wrong, and
 * PLUGIN_COLLISION for one that is called as the kernel's own.
 */
export function pluginCommands(context: Context): readonly DeclaredCommand[] {
  const declared = declaredCommands(openConfig(context));
  const taken = declared.find(({ name }) => commandNamed(name) !== undefined);
  if (taken === undefined) return declared;
  const owners = ['the kernel', `the plugin "${taken.plugin}"`];
  throw kernelError('PLUGIN_COLLISION', { what: `The command ${taken.name}`, owners });
}

/** The same, for lists: none where there is no project, or one that does not fit. */
export function knownPluginCommands(context: Context): readonly DeclaredCommand[] {
  try {
    return pluginCommands(context);
  } catch (error) {
    if (isKernelError(error)) return [];
    throw error;
  }
}
