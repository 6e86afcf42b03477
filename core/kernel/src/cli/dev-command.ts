import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { projectRoot } from '../config/project-root.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { kernelName } from '../plugin/package-location.ts';
import { openPackages, type PackageFile } from '../plugin/packages.ts';
import { moduleOf } from '../plugin/plugin-fields.ts';
import { allowSources } from '../plugin/revision-files.ts';
import type { Command, Context } from './command.ts';

const devName = '@headwater/dev';

/** The commands of `@headwater/dev` by name, each loaded when it is called. */
export type DevCommands = Readonly<Record<string, () => Promise<Command>>>;

/**
 * Loads a command of `@headwater/dev` as the project has it installed; the kernel itself does not depend on it. Versions
 * are compared before any of its code is imported. Throws DEV_NOT_INSTALLED and DEV_VERSION_DIFFERS.
 */
export async function loadDevCommand(name: string, project: Pick<Context, 'cwd' | 'config'>): Promise<Command> {
  const { entry, from } = moduleOf(devPackage(name, project), './commands');
  if (from === 'sources') await allowSources();
  // The package's own door, of the same version as this kernel.
  const { commands } = (await import(pathToFileURL(entry).href)) as { readonly commands: DevCommands };
  const load = commands[name];
  if (load === undefined) throw kernelError('INTERNAL', { what: `${devName} has no command ${name}.` });
  return load();
}

function devPackage(command: string, { cwd, config }: Pick<Context, 'cwd' | 'config'>): PackageFile {
  const root = projectRoot(resolve(cwd, config ?? 'config.json'));
  const kernel = kernelPackage();
  const packages = openPackages();
  const directory = packages.find(devName, root);
  if (directory === null) throw kernelError('DEV_NOT_INSTALLED', { command, root, version: kernel.version });
  const dev = packages.read(directory);
  const beside = packages.find(kernelName, directory) ?? kernel.directory;
  if (dev.version !== kernel.version || beside !== kernel.directory) {
    throw kernelError('DEV_VERSION_DIFFERS', {
      command,
      directory,
      version: dev.version,
      kernel: kernel.version,
      kernelDirectory: kernel.directory,
      besideDirectory: beside,
    });
  }
  return dev;
}
