import { pathToFileURL } from 'node:url';
import { kernelError } from '../error/kernel-codes.ts';
import { resolveSources } from '../runtime/source-condition.ts';
import { kernelPackage } from './kernel-package.ts';
import { kernelName } from './package-location.ts';
import { openPackages, type PackageFile } from './packages.ts';
import { moduleOf } from './plugin-fields.ts';

/** The npm name of the package of developer tools. */
export const devName = '@headwater/dev';

/**
 * Imports the commands door of `@headwater/dev` from a project's installation, since the kernel does not depend on it.
 * `purpose` is for messages. Compares the versions before importing any of its code. Throws DEV_NOT_INSTALLED and
 * DEV_VERSION_DIFFERS.
 */
export async function importDev(purpose: string, root: string): Promise<unknown> {
  const { entry, from } = moduleOf(findDevPackage(purpose, root), './commands');
  if (from === 'sources') await resolveSources();
  return import(pathToFileURL(entry).href);
}

/**
 * Finds the project's `@headwater/dev`, and checks that it has this kernel's version and uses this copy of the kernel.
 */
export function findDevPackage(command: string, root: string): PackageFile {
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
