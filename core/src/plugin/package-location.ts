import { join, relative, sep } from 'node:path';
import type { PluginEntry } from '../config/config.ts';
import { KernelError } from '../error/kernel-error.ts';
import { realFolder, type PackageFile, type Packages } from './packages.ts';

/** The kernel's own package, which plugins name for its contract. */
export const kernelName = '@headwater/core';

/** Where packages may come from. */
export interface Roots {
  /** The config file, for messages. */
  readonly file: string;
  /** The project's folder, links resolved: packages are looked for from here, and a `./path` stays inside. */
  readonly root: string;
}

// https://docs.npmjs.com/cli/configuring-npm/package-json#name
const npmName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** Whether npm would publish a package of this name. */
export function isNpmName(name: string): boolean {
  return name.length <= 214 && npmName.test(name) && name !== 'node_modules' && name !== 'favicon.ico';
}

/** The package of a plugin. Throws PLUGIN_PACKAGE_INVALID, PLUGIN_NOT_FOUND, PACKAGE_UNREADABLE. */
export function packageOf(entry: PluginEntry, roots: Roots, packages: Packages): PackageFile {
  const { name, package: given } = entry;
  const pointer = `/plugins/${name}/$package`;
  if (given !== null && isPath(given)) return packageAt(given, name, pointer, roots, packages);
  if (given !== null && !isNpmName(given)) throw invalid(roots, pointer, given);
  const usual = [`@headwater/plugin-${name}`, `headwater-plugin-${name}`];
  return firstOf(name, given === null ? usual : [given], roots, packages);
}

/**
 * The package of plugin zero and the subpath of its door. `specifier` is an npm name, which a subpath may follow, or a
 * `./path`. Where the project has no `@headwater/core` of its own, that of the running kernel (the folder `kernel`, links
 * resolved) stands in. Throws as
 * {@link packageOf}.
 */
export function corePackage(
  specifier: string,
  roots: Roots,
  kernel: string,
  packages: Packages,
): { readonly file: PackageFile; readonly subpath: string } {
  if (isPath(specifier)) return { file: packageAt(specifier, 'core', '/core', roots, packages), subpath: '.' };
  const [first = '', second = '', ...rest] = specifier.split('/');
  const [name, steps] = first.startsWith('@') ? [`${first}/${second}`, rest] : [first, specifier.split('/').slice(1)];
  if (!isNpmName(name) || steps.some((step) => !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(step))) {
    throw invalid(roots, '/core', specifier);
  }
  const own = name === kernelName && packages.find(name, roots.root) === null;
  const file = own ? packages.read(kernel) : firstOf('core', [name], roots, packages);
  return { file, subpath: ['.', ...steps].join('/') };
}

function firstOf(plugin: string, names: readonly string[], roots: Roots, packages: Packages): PackageFile {
  for (const name of names) {
    const found = packages.find(name, roots.root);
    if (found !== null) return packages.read(found);
  }
  const details = { plugin, tried: names, from: roots.root, install: names[0] ?? '' };
  throw new KernelError('PLUGIN_NOT_FOUND', details);
}

function isPath(text: string): boolean {
  return text.startsWith('./');
}

/** A folder that the config names itself: what a link in it leads to counts, not what it is called. */
function packageAt(path: string, plugin: string, pointer: string, roots: Roots, packages: Packages): PackageFile {
  const place = join(roots.root, path);
  const found = path.includes('\0') ? null : realFolder(place);
  const [step] = relative(roots.root, found ?? place).split(sep);
  if (step === '..') {
    const details = { file: roots.file, pointer, found: path, problem: `it leads out of the project ${roots.root}` };
    throw new KernelError('PLUGIN_PACKAGE_INVALID', details);
  }
  if (found === null)
    throw new KernelError('PLUGIN_NOT_FOUND', { plugin, tried: [path], from: roots.root, install: path });
  return packages.read(found);
}

function invalid(roots: Roots, pointer: string, found: string): KernelError {
  const problem = /^(?:\.\.|\/|[a-z]:|~)/i.test(found)
    ? 'a path begins with "./" and stays inside the project'
    : /^[a-z][a-z0-9+.-]+:/i.test(found)
      ? 'it is a URL, and only installed packages are loaded'
      : 'npm allows no such name';
  return new KernelError('PLUGIN_PACKAGE_INVALID', { file: roots.file, pointer, found, problem });
}
