import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { filled, type Names, type TextFile } from './fill.ts';
import type { PackageManager } from './package-manager.ts';

// Also beside the bundle of `@headwater/dev`, which contains this module.
const templates = join(import.meta.dirname, '../templates');

/** Returns the files of a plugin's package. It requires this version of Headwater's packages, or a compatible one. */
export function pluginFiles(plugin: string, version: string): readonly TextFile[] {
  return filesOf('plugin', { plugin, version });
}

/** Returns the files of a plugin that has a repository of its own: its package, a config that runs it, and workflows. */
export function pluginRepositoryFiles(plugin: string, version: string): readonly TextFile[] {
  return [...pluginFiles(plugin, version), ...filesOf('plugin-repository', { plugin, version })];
}

/**
 * Returns the files of an application with a plugin of its own, in `plugins/<plugin>`. npm finds the workspaces in
 * package.json, other package managers in a file of their own.
 */
export function appFiles(
  app: string,
  plugin: string,
  version: string,
  manager: PackageManager = 'npm',
): readonly TextFile[] {
  const own = pluginFiles(plugin, version).map(({ path, text }) => ({ path: `plugins/${plugin}/${path}`, text }));
  const workspace = manager === 'pnpm' ? filesOf('app-pnpm', { app, plugin, version }) : [];
  return [...filesOf('app', { app, plugin, version }), ...workspace, ...own];
}

function filesOf(template: string, names: Names): readonly TextFile[] {
  const folder = join(templates, template);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      // npm neither packs `.gitignore` nor keeps its name, so the templates have an underscore instead of the dot.
      const path = file
        .slice(folder.length + 1)
        .replaceAll(sep, '/')
        .replace(/(^|\/)_/, '$1.');
      return filled({ path, text: readFileSync(file, 'utf8') }, names);
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
