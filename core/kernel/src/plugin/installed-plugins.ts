import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { InstalledPlugin } from '../config/config-schema.ts';
import { KernelError } from '../error/kernel-error.ts';
import { isPluginName } from '../graph/revision-id.ts';
import { importDefinition } from './plugin-module.ts';
import { optionSchema } from './plugin-options.ts';
import { openPackages, realFolder, type PackageFile, type Packages } from './packages.ts';
import { locatePackage } from './package-location.ts';
import { pluginNameIn, readPluginPackage } from './plugin-fields.ts';

/** A plugin that the project could activate, whether or not the config lists it. */
export interface PluginCandidate {
  readonly file: PackageFile;
  /** Its name in a config: the npm name or a `./path`. */
  readonly package: string;
}

/**
 * Returns the plugins that the project could activate, in no particular order, for the schema of its config. Runs their
 * code to get the schemas of their options. If a plugin fails, its options are unknown.
 */
export async function readInstalledPlugins(config: Config): Promise<readonly InstalledPlugin[]> {
  const found = findPluginPackages(config, openPackages());
  return Promise.all(Array.from(found, ([name, plugin]) => installed(name, plugin.file, plugin.package)));
}

/**
 * Returns the packages of plugins by plugin name. These are the packages that the config lists, and those in the root's
 * `node_modules` that have a conventional plugin name or are linked there and declare a plugin. Plugin zero is
 * excluded, because the config has a separate key for it. Runs no code.
 */
export function findPluginPackages(config: Config, packages: Packages): ReadonlyMap<string, PluginCandidate> {
  const root = realFolder(config.root) ?? config.root;
  const found = new Map<string, PluginCandidate>();
  for (const file of inNodeModules(root, packages)) {
    const name = pluginNameIn(file) ?? '';
    if (isPluginName(name) && name !== 'core' && !found.has(name)) found.set(name, { file, package: file.name });
  }
  for (const entry of config.plugins.values()) {
    if (entry.name === 'core') continue;
    const file = attempt(() => locatePackage(entry, { file: config.file, root }, packages));
    if (file !== null) found.set(entry.name, { file, package: entry.package ?? file.name });
  }
  return found;
}

async function installed(name: string, file: PackageFile, packageName: string): Promise<InstalledPlugin> {
  const { description } = file.fields;
  return {
    name,
    package: packageName,
    description: typeof description === 'string' ? description : null,
    options: await optionsOf(name, file),
  };
}

async function optionsOf(name: string, file: PackageFile): Promise<InstalledPlugin['options']> {
  try {
    const { from, entry } = readPluginPackage(file);
    const { version, directory } = file;
    const requires: readonly [] = [];
    const definition = await importDefinition({
      name,
      package: file.name,
      version,
      directory,
      from,
      entry,
      requires,
      depth: 0,
      revisions: [],
      openTables: [],
    });
    return definition.config === undefined ? { type: 'object', properties: {} } : optionSchema(definition.config);
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}

function inNodeModules(root: string, packages: Packages): readonly PackageFile[] {
  const folder = join(root, 'node_modules');
  return foldersIn(folder).flatMap((entry) => {
    if (!entry.name.startsWith('@')) return packageIn(folder, entry, entry.name, packages);
    const scope = join(folder, entry.name);
    return foldersIn(scope).flatMap((inner) => packageIn(scope, inner, `${entry.name}/${inner.name}`, packages));
  });
}

function packageIn(folder: string, entry: Dirent, name: string, packages: Packages): readonly PackageFile[] {
  if (!entry.isSymbolicLink() && !/^(?:@headwater\/plugin-|headwater-plugin-)/.test(name)) return [];
  const directory = realFolder(join(folder, entry.name));
  const file = directory === null ? null : attempt(() => packages.read(directory));
  return file === null ? [] : [file];
}

function foldersIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** Returns `null` for a package that cannot be used. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}
