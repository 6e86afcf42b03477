import { realpathSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { pluginDepths } from '../graph/plugin-depth.ts';
import { assertDependenciesRequired } from './revision-dependencies.ts';
import { readManifest } from './manifest.ts';
import { packageOf, type Roots } from './package-location.ts';
import { openPackages, realFolder, type PackageFile, type Packages } from './packages.ts';
import type { Plugin, PluginSet, Requirement } from './plugin-set.ts';
import { requirementsOf, type ActiveSet, type Kernel } from './requirements.ts';
import type { Revision } from './revision.ts';
import { staticHalf, type StaticHalf } from './plugin-fields.ts';

/**
 * Finds the enabled plugins, reads their static halves and checks them against each other. Of a built
 * plugin nothing is imported, of one that runs from its sources its revision files only. The work grows with the number
 * of plugins and revisions. Throws what names, packages, revisions and requirements can get wrong.
 */
export async function loadPluginSet(config: Config, kernel: Kernel): Promise<PluginSet> {
  const packages = openPackages();
  const running: Kernel = { version: kernel.version, directory: realpathSync.native(kernel.directory) };
  const halves = staticHalves(config, packages);
  const active = activeSet(halves, running, packages);
  const requires = new Map<string, readonly Requirement[]>();
  for (const half of halves) requires.set(half.name, await requirementsOf(half, active));
  const depth = pluginDepths(new Map(Array.from(requires, ([name, list]) => [name, hardOf(list)])));
  const revisions = await revisionsOf(halves);
  const plugins = halves.map((half, i) =>
    pluginOf(half, requires.get(half.name) ?? [], depth.get(half.name) ?? 0, revisions[i] ?? []),
  );
  const packageNames = new Map(plugins.map((plugin) => [plugin.name, plugin.package]));
  for (const plugin of plugins) assertDependenciesRequired(plugin, packageNames);
  plugins.sort((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1));
  return Object.freeze({
    plugins: Object.freeze(plugins),
    byName: new Map(plugins.map((plugin) => [plugin.name, plugin])),
  });
}

/** Plugin zero first, then the others by name. */
function staticHalves(config: Config, packages: Packages): readonly StaticHalf[] {
  const root = realFolder(config.root) ?? config.root;
  const roots: Roots = { file: config.file, root };
  const owners = new Map<string, string>();
  const halves: StaticHalf[] = [];
  for (const entry of config.plugins.values()) {
    if (entry.enabled) halves.push(halfOf(entry.name, packageOf(entry, roots, packages), owners));
  }
  return halves;
}

/** `owners` holds which plugin a package already is: a package's name must tell one plugin. */
function halfOf(name: string, file: PackageFile, owners: Map<string, string>): StaticHalf {
  const owner = owners.get(file.name);
  if (owner !== undefined) {
    throw kernelError('PLUGIN_COLLISION', {
      what: `The package ${file.name}`,
      owners: [`"${owner}"`, `"${name}"`],
    });
  }
  owners.set(file.name, name);
  const half = staticHalf(file);
  if (half.name !== name) {
    const details = { plugin: name, package: file.name, file: `${file.directory}/package.json`, found: half.name };
    throw kernelError('PLUGIN_NAME_DIFFERS', details);
  }
  return half;
}

function activeSet(halves: readonly StaticHalf[], kernel: Kernel, packages: Packages): ActiveSet {
  return {
    byPackage: new Map(halves.map((half) => [half.file.name, half])),
    byName: new Map(halves.map((half) => [half.name, half])),
    kernel,
    packages,
  };
}

function hardOf(requirements: readonly Requirement[]): readonly string[] {
  return requirements.flatMap(({ plugin, optional }) => (optional ? [] : [plugin]));
}

async function revisionsOf(halves: readonly StaticHalf[]): Promise<readonly (readonly Revision[])[]> {
  const loaded: (readonly Revision[])[] = [];
  for (const half of halves) {
    // Published plugins are only read: what imports and checks sources is not even loaded for them.
    loaded.push(
      half.from === 'built' ? readManifest(half) : await (await import('./revision-files.ts')).loadRevisionFiles(half),
    );
  }
  return loaded;
}

function pluginOf(
  { name, file, from, entry, commands }: StaticHalf,
  requires: readonly Requirement[],
  depth: number,
  revisions: readonly Revision[],
): Plugin {
  const { name: packageName, version, directory } = file;
  const where = { name, package: packageName, version, directory, from, entry };
  return Object.freeze({ ...where, requires, depth, revisions, commands });
}
