import type { Config } from '../config/config.ts';
import { locatePackage } from './package-location.ts';
import { openPackages, realFolder } from './packages.ts';
import { readPluginFields } from './plugin-fields.ts';

/** A command that the package.json of an active plugin lists. */
export interface DeclaredCommand {
  readonly name: string;
  readonly summary: string;
  readonly plugin: string;
}

/**
 * Returns the commands of the active plugins, sorted by name. Reads only their package.json, no code and no revisions.
 * Throws the errors for packages and their fields.
 */
export function declaredCommands(config: Config): readonly DeclaredCommand[] {
  const packages = openPackages();
  const roots = { file: config.file, root: realFolder(config.root) ?? config.root };
  const active = config.plugins.values().filter(({ enabled }) => enabled);
  const files = active.map((entry) => locatePackage(entry, roots, packages)).toArray();
  return files
    .flatMap((file) => {
      const { name: plugin, commands } = readPluginFields(file);
      return Array.from(commands, ([name, summary]) => ({ name, summary, plugin }));
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
