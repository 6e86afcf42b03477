import { join, relative, sep } from 'node:path';
import type { PluginEntry } from '../config/config.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { realFolder, type PackageFile, type Packages } from './packages.ts';

/** The kernel's own package, which plugins import for its contract. */
export const kernelName = '@headwater/kernel';

/** The locations from which packages may be loaded. */
export interface Roots {
  /** The config file, for messages. */
  readonly file: string;
  /** The project's folder, with links resolved. The search for packages starts here, and a `./path` stays inside it. */
  readonly root: string;
}

// https://docs.npmjs.com/cli/configuring-npm/package-json#name
const npmName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** Returns whether npm would publish a package with this name. */
export function isNpmName(name: string): boolean {
  return name.length <= 214 && npmName.test(name) && name !== 'node_modules' && name !== 'favicon.ico';
}

/** Finds the package of a plugin. Throws PLUGIN_PACKAGE_INVALID, PLUGIN_NOT_FOUND, PACKAGE_UNREADABLE. */
export function locatePackage(entry: PluginEntry, roots: Roots, packages: Packages): PackageFile {
  const { name, package: given } = entry;
  const pointer = name === 'core' ? '/core' : `/plugins/${name}/$package`;
  if (given !== null && isPath(given)) return packageAt(given, name, pointer, roots, packages);
  if (given !== null && !isNpmName(given)) throw invalid(roots, pointer, given);
  const usual = [`@headwater/plugin-${name}`, `headwater-plugin-${name}`];
  return firstOf(name, given === null ? usual : [given], roots, packages);
}

function firstOf(plugin: string, names: readonly string[], roots: Roots, packages: Packages): PackageFile {
  for (const name of names) {
    const found = packages.find(name, roots.root);
    if (found !== null) return packages.read(found);
  }
  throw kernelError('PLUGIN_NOT_FOUND', { plugin, tried: names, from: roots.root });
}

function isPath(text: string): boolean {
  return text === '.' || text.startsWith('./');
}

/** Finds the package in a folder that the config names. If the folder is a link, the link's target counts. */
function packageAt(path: string, plugin: string, pointer: string, roots: Roots, packages: Packages): PackageFile {
  const place = join(roots.root, path);
  const found = path.includes('\0') ? null : realFolder(place);
  const [step] = relative(roots.root, found ?? place).split(sep);
  if (step === '..') {
    const details = { file: roots.file, pointer, found: path, problem: `it leads out of the project ${roots.root}` };
    throw kernelError('PLUGIN_PACKAGE_INVALID', details);
  }
  if (found === null) throw kernelError('PLUGIN_NOT_FOUND', { plugin, tried: [path], from: roots.root });
  return packages.read(found);
}

function invalid(roots: Roots, pointer: string, found: string): KernelError {
  const problem = /^(?:\.\.|\/|[a-z]:|~)/i.test(found)
    ? 'a path begins with "./" and stays inside the project'
    : /^[a-z][a-z0-9+.-]+:/i.test(found)
      ? 'it is a URL, and only installed packages are loaded'
      : 'npm does not allow this name';
  return kernelError('PLUGIN_PACKAGE_INVALID', { file: roots.file, pointer, found, problem });
}
