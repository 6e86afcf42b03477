import type { Config } from '../config/config.ts';
import { packageOf } from './package-location.ts';
import { openPackages, realFolder } from './packages.ts';
import { pluginFields } from './plugin-fields.ts';

/** A command that an active plugin's package.json lists. */
export interface DeclaredCommand {
  readonly name: string;
  readonly summary: string;
  readonly plugin: string;
}

/**
 * The commands of the active plugins, sorted, from their package.json alone: no code and no revision is read.  Throws what packages and their fields can get wrong.
 */
export function declaredCommands(config: Config): readonly DeclaredCommand[] {
  const packages = openPackages();
  const roots = { file: config.file, root: realFolder(config.root) ?? config.root };
  const active = config.plugins.values().filter(({ enabled }) => enabled);
  const files = active.map((entry) => packageOf(entry, roots, packages)).toArray();
  return files
    .flatMap((file) => {
      const { name: plugin, commands } = pluginFields(file);
      return Array.from(commands, ([name, summary]) => ({ name, summary, plugin }));
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
