import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * The project that `file` (absolute) belongs to: the nearest folder above it that has a package.json and is not inside
 * `node_modules`; without one the file's own folder.
 */
export function projectRoot(file: string): string {
  const own = dirname(file);
  for (let folder = own; ; folder = dirname(folder)) {
    if (!isInNodeModules(folder) && existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return own;
  }
}

/** Whether a path leads through a folder called `node_modules`, which is where published packages are. */
export function isInNodeModules(path: string): boolean {
  return path.split(sep).includes('node_modules');
}
