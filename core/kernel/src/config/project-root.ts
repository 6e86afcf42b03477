import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * Returns the folder of the project that `file` (absolute) belongs to. It is the nearest folder above the file that has
 * a package.json and is not inside `node_modules` or, if there is none, the file's own folder.
 */
export function projectRoot(file: string): string {
  const own = dirname(file);
  for (let folder = own; ; folder = dirname(folder)) {
    if (!isInNodeModules(folder) && existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return own;
  }
}

/** Returns whether a path contains a `node_modules` folder, where published packages are installed. */
export function isInNodeModules(path: string): boolean {
  return path.split(sep).includes('node_modules');
}

/** Returns the path of the file in the project `root` that records its installed plugins. */
export function pinnedPath(root: string): string {
  return `${root}/headwater.lock.json`;
}
