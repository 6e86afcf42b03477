import { realpathSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { pluginDepths } from '../graph/plugin-depth.ts';
import { formerNames, withCurrentNames } from './former-names.ts';
import type { requirementsOfInline, UnplacedPlugin } from './inline-plugins.ts';
import { readManifest } from './manifest-reader.ts';
import { locatePackage, type Roots } from './package-location.ts';
import { openPackages, realFolder, type PackageFile, type Packages } from './packages.ts';
import { readPluginPackage, type PluginPackage } from './plugin-fields.ts';
import type { Plugin, PluginSet, Requirement } from './plugin-set.ts';
import { requirementsOf, type ActiveSet, type Kernel } from './requirements.ts';
import { assertDependenciesRequired } from './revision-dependencies.ts';
import type { Revision } from './revision.ts';

/**
 * Finds the enabled plugins, reads their package.json and revisions, and checks them against each other. Imports no
 * code of a built plugin, and only the revision files of a plugin that runs from source. The work is linear in the
 * number of plugins and revisions. Throws the errors for names, packages, revisions and requirements.
 */
export async function loadPluginSet(config: Config, kernel: Kernel): Promise<PluginSet> {
  const packages = openPackages();
  const running: Kernel = { version: kernel.version, directory: realpathSync.native(kernel.directory) };
  const found = enabledPackages(config, packages);
  const { inline, requirementsOfInline } = await inlineOf(config);
  const packageNames = new Map([
    ...found.map(({ name, file }) => [name, file.name] as const),
    ...inline.map(({ plugin }) => [plugin.name, plugin.package] as const),
  ]);
  const active = activeSet(found, running, packages);
  const requires = new Map<string, readonly Requirement[]>();
  for (const one of found) requires.set(one.name, await requirementsOf(one, active));
  const former = formerNames([...found, ...inline.map(({ plugin }) => plugin)]);
  for (const one of inline) {
    const needs = [...new Set(one.needs.map((name) => former.get(name) ?? name))];
    requires.set(one.plugin.name, requirementsOfInline({ ...one, needs }, packageNames));
  }
  const depth = pluginDepths(new Map(Array.from(requires, ([name, list]) => [name, hardOf(list)])));
  const revisions = await revisionsOf(found);
  const plugins = [
    ...found.map((one, i) =>
      pluginOf(
        one,
        requires.get(one.name) ?? [],
        depth.get(one.name) ?? 0,
        withCurrentNames(revisions[i] ?? [], former),
      ),
    ),
    ...inline.map(({ plugin }): Plugin => {
      const { name } = plugin;
      const current = withCurrentNames(plugin.revisions, former);
      return Object.freeze({
        ...plugin,
        revisions: current,
        requires: requires.get(name) ?? [],
        depth: depth.get(name) ?? 0,
      });
    }),
  ];
  for (const plugin of plugins) assertDependenciesRequired(plugin, packageNames);
  plugins.sort((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1));
  return Object.freeze({
    plugins: Object.freeze(plugins),
    byName: new Map(plugins.map((plugin) => [plugin.name, plugin])),
  });
}

/** Loads what reads the plugins that a program defines, if there are any. A config.json has none. */
async function inlineOf(config: Config): Promise<{
  readonly inline: readonly UnplacedPlugin[];
  readonly requirementsOfInline: typeof requirementsOfInline;
}> {
  const hasInline = config.plugins.values().some(({ inline }) => inline !== undefined);
  if (!hasInline) return { inline: [], requirementsOfInline: () => [] };
  const { inlinePlugins, requirementsOfInline: requirements } = await import('./inline-plugins.ts');
  return { inline: inlinePlugins(config), requirementsOfInline: requirements };
}

/** Returns the packages of the enabled plugins: plugin zero first, then the others by name. */
function enabledPackages(config: Config, packages: Packages): readonly PluginPackage[] {
  const root = realFolder(config.root) ?? config.root;
  const roots: Roots = { file: config.file, root };
  const owners = new Map<string, string>();
  const found: PluginPackage[] = [];
  for (const entry of config.plugins.values()) {
    if (entry.enabled && entry.inline === undefined)
      found.push(packageOfPlugin(entry.name, locatePackage(entry, roots, packages), owners));
  }
  return found;
}

/** `owners` maps the packages found so far to their plugins: a package name must identify one plugin. */
function packageOfPlugin(name: string, file: PackageFile, owners: Map<string, string>): PluginPackage {
  const owner = owners.get(file.name);
  if (owner !== undefined) {
    throw kernelError('PLUGIN_COLLISION', {
      what: `The package ${file.name}`,
      owners: [`"${owner}"`, `"${name}"`],
    });
  }
  owners.set(file.name, name);
  const found = readPluginPackage(file);
  if (found.name !== name) {
    const details = { plugin: name, package: file.name, file: `${file.directory}/package.json`, found: found.name };
    throw kernelError('PLUGIN_NAME_DIFFERS', details);
  }
  return found;
}

function activeSet(found: readonly PluginPackage[], kernel: Kernel, packages: Packages): ActiveSet {
  return {
    byPackage: new Map(found.map((one) => [one.file.name, one])),
    byName: new Map(found.map((one) => [one.name, one])),
    kernel,
    packages,
  };
}

function hardOf(requirements: readonly Requirement[]): readonly string[] {
  return requirements.flatMap(({ plugin, optional }) => (optional ? [] : [plugin]));
}

async function revisionsOf(found: readonly PluginPackage[]): Promise<readonly (readonly Revision[])[]> {
  const loaded: (readonly Revision[])[] = [];
  for (const one of found) {
    // Published plugins are only read; the module that imports and checks sources is not even loaded for them.
    loaded.push(
      one.from === 'built' ? readManifest(one) : await (await import('./revision-files.ts')).loadRevisionFiles(one),
    );
  }
  return loaded;
}

function pluginOf(
  { name, file, from, entry, openTables, formerly, commands }: PluginPackage,
  requires: readonly Requirement[],
  depth: number,
  revisions: readonly Revision[],
): Plugin {
  const { name: packageName, version, directory } = file;
  const identity = { name, package: packageName, version, directory, from, entry };
  return Object.freeze({ ...identity, requires, depth, revisions, openTables, formerly, commands });
}
