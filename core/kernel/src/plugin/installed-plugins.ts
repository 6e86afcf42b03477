import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { InstalledPlugin } from '../config/config-schema.ts';
import { KernelError } from '../error/kernel-error.ts';
import { isPluginName } from '../graph/revision-id.ts';
import { loadRunningHalf } from './import-plugin.ts';
import { optionSchema } from './option-schema.ts';
import { openPackages, realFolder, type PackageFile, type Packages } from './packages.ts';
import { packageOf } from './package-location.ts';
import { pluginNameIn, staticHalf } from './plugin-fields.ts';

/** A plugin's package, whether the config lists it or not. */
export interface PluginPackage {
  readonly file: PackageFile;
  /** How a config names it: its npm name or a `./path`. */
  readonly package: string;
}

/**
 * The plugins that the project could activate, for the schema of its config. Runs their code, to ask each for the schema
 * of its options; one that fails has options that are not known. In no particular order.
 */
export async function readInstalledPlugins(config: Config): Promise<readonly InstalledPlugin[]> {
  const found = findPluginPackages(config, openPackages());
  return Promise.all(Array.from(found, ([name, plugin]) => installed(name, plugin.file, plugin.package)));
}

/**
 * The packages of plugins by the plugin's name: of those that the config lists, and what is in the root's `node_modules`
 * that is called as plugins are, or is linked there and says that it is one. Plugin zero, which has a key of its own, is
 * left out. Runs no code.
 */
export function findPluginPackages(config: Config, packages: Packages): ReadonlyMap<string, PluginPackage> {
  const root = realFolder(config.root) ?? config.root;
  const found = new Map<string, PluginPackage>();
  for (const file of inNodeModules(root, packages)) {
    const name = pluginNameIn(file) ?? '';
    if (isPluginName(name) && name !== 'core' && !found.has(name)) found.set(name, { file, package: file.name });
  }
  for (const entry of config.plugins.values()) {
    if (entry.name === 'core') continue;
    const file = attempt(() => packageOf(entry, { file: config.file, root }, packages));
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
    const { from, entry } = staticHalf(file);
    const { version, directory } = file;
    const requires: readonly [] = [];
    const running = await loadRunningHalf({
      name,
      package: file.name,
      version,
      directory,
      from,
      entry,
      requires,
      depth: 0,
      revisions: [],
    });
    return running.config === undefined ? { type: 'object', properties: {} } : optionSchema(running.config);
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

/** `null` for a package that cannot be used: the schema is of those that can. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}
