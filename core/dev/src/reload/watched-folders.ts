import { dirname, join } from 'node:path';
import { isInNodeModules, type Config } from '@headwater/kernel/internal/config';
import {
  findPluginPackages,
  openPackages,
  readPluginPackage,
  realFolder,
  type PackageFile,
  type Packages,
} from '@headwater/kernel/internal/plugins';

/** A folder with sources. */
export interface WatchedFolder {
  /** Absolute. */
  readonly path: string;
  /** Whether the folders in it count too. */
  readonly deep: boolean;
}

/**
 * Returns the folders of the config and of the plugins in this workspace. A package's own folder is not deep, because it
 * contains `node_modules`. Throws the errors of package.json files.
 */
export function watchedFolders(config: Config): readonly WatchedFolder[] {
  const packages = openPackages();
  const found = [...findPluginPackages(config, packages).values()].map(({ file }) => file);
  const plugins = [...coreOf(config, packages), ...found].filter(({ directory }) => !isInNodeModules(directory));
  const sources = plugins.map((file) => ({ path: dirname(readPluginPackage(file).entry), package: file.directory }));
  const folders = new Map([[dirname(config.file), false]]);
  for (const { path, package: own } of sources) folders.set(path, path !== own);
  return Array.from(folders, ([path, deep]) => ({ path, deep }));
}

/** Returns the package of plugin zero, if the config names one that is installed. */
function coreOf(config: Config, packages: Packages): readonly PackageFile[] {
  const name = config.plugins.get('core')?.package ?? null;
  if (name === null) return [];
  const folder = /^\.(?:\/|$)/.test(name) ? realFolder(join(config.root, name)) : packages.find(name, config.root);
  return folder === null ? [] : [packages.read(folder)];
}
