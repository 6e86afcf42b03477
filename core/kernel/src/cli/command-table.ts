import { applicationCommands } from './command-groups/application-commands.ts';
import type { CommandEntry } from './command-groups/command-entry.ts';
import { migrationCommands } from './command-groups/migration-commands.ts';
import { pluginCommands } from './command-groups/plugin-commands.ts';
import { projectCommands } from './command-groups/project-commands.ts';

/** Every command, in the order in which help lists them. Each is imported only when called. */
export const commandTable: readonly CommandEntry[] = [
  ...applicationCommands,
  ...migrationCommands,
  ...pluginCommands,
  ...projectCommands,
];

/** Returns the row of a command; `undefined` for an unknown name. */
export function commandNamed(name: string): CommandEntry | undefined {
  return commandTable.find((entry) => entry.name === name);
}
