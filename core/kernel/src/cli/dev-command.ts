import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../config/project-root.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { kernelPackage } from '../plugin/kernel-package.ts';
import { kernelName } from '../plugin/package-location.ts';
import { openPackages, type PackageFile } from '../plugin/packages.ts';
import { moduleOf } from '../plugin/plugin-fields.ts';
import { resolveSources } from '../runtime/source-condition.ts';
import type { Command, Context } from './command.ts';

const devName = '@headwater/dev';

/** The commands of `@headwater/dev` by name. Each is imported only when called. */
export type DevCommands = Readonly<Record<string, () => Promise<Command>>>;

/**
 * Imports a command of `@headwater/dev` from the project's installation, since the kernel does not depend on it.
 * Compares the versions before importing any of its code. Throws DEV_NOT_INSTALLED and DEV_VERSION_DIFFERS.
 */
export async function loadDevCommand(name: string, project: Pick<Context, 'cwd' | 'config'>): Promise<Command> {
  const { entry, from } = moduleOf(findDevPackage(name, project), './commands');
  if (from === 'sources') await resolveSources();
  // The type of the package's commands door is known, because the package has the same version as this kernel.
  const { commands } = (await import(pathToFileURL(entry).href)) as { readonly commands: DevCommands };
  const load = commands[name];
  if (load === undefined) throw kernelError('INTERNAL', { what: `${devName} has no command ${name}.` });
  return load();
}

/**
 * Finds the project's `@headwater/dev`, and checks that it has this kernel's version and uses this copy of the kernel.
 */
function findDevPackage(command: string, { cwd, config }: Pick<Context, 'cwd' | 'config'>): PackageFile {
  const root = projectRoot(resolve(cwd, config ?? 'config.json'));
  const kernel = kernelPackage();
  const packages = openPackages();
  const directory = packages.find(devName, root);
  if (directory === null) throw kernelError('DEV_NOT_INSTALLED', { command, root, version: kernel.version });
  const dev = packages.read(directory);
  const besideDirectory = packages.find(kernelName, directory) ?? kernel.directory;
  if (dev.version !== kernel.version || besideDirectory !== kernel.directory) {
    throw kernelError('DEV_VERSION_DIFFERS', {
      command,
      directory,
      version: dev.version,
      kernel: kernel.version,
      kernelDirectory: kernel.directory,
      besideDirectory,
    });
  }
  return dev;
}
