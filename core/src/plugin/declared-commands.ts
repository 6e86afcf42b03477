import type { Config } from '../config/config.ts';
import { corePackage, packageOf } from './package-location.ts';
import { openPackages, realFolder } from './packages.ts';
import { pluginFields } from './static-half.ts';

/** A command that an active plugin's package.json lists. */
export interface DeclaredCommand {
  readonly name: string;
  readonly summary: string;
  readonly plugin: string;
}

/**
 * The commands of the active plugins, sorted, from their package.json alone: no code and no revision is read. `kernel` is
 * the folder of the running kernel. Throws what packages and their fields can get wrong.
 */
export function declaredCommands(config: Config, kernel: string): readonly DeclaredCommand[] {
  const packages = openPackages();
  const roots = { file: config.file, root: realFolder(config.root) ?? config.root };
  const active = config.plugins.values().filter(({ enabled }) => enabled);
  const files = [
    corePackage(config.core, roots, realFolder(kernel) ?? kernel, packages).file,
    ...active.map((entry) => packageOf(entry, roots, packages)),
  ];
  return files
    .flatMap((file) => {
      const { name: plugin, commands } = pluginFields(file);
      return Array.from(commands, ([name, summary]) => ({ name, summary, plugin }));
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
