import { kernelError } from '../error/kernel-codes.ts';
import { isNpmName, kernelName } from './package-location.ts';
import { isRecord, type PackageFile, type Packages } from './packages.ts';
import type { Requirement } from './plugin-set.ts';
import { pluginNameIn, type PluginPackage } from './plugin-fields.ts';
import { satisfiesRange } from './version-range.ts';

/** The running kernel, against which the ranges of plugins are checked. */
export interface Kernel {
  readonly version: string;
  /** Its package's folder. */
  readonly directory: string;
}

/** A peer dependency, as declared in package.json. */
export interface Peer {
  readonly package: string;
  readonly range: string;
  readonly optional: boolean;
}

/** Returns the peers of a package, by name. Entries that npm would consider invalid are left out. */
export function peersOf({ fields }: PackageFile): readonly Peer[] {
  const { peerDependencies, peerDependenciesMeta: meta } = fields;
  if (!isRecord(peerDependencies)) return [];
  return Object.entries(peerDependencies)
    .flatMap(([name, range]) => {
      const about = isRecord(meta) && Object.hasOwn(meta, name) ? meta[name] : null;
      const optional = isRecord(about) && about['optional'] === true;
      return typeof range === 'string' && isNpmName(name) ? [{ package: name, range, optional }] : [];
    })
    .toSorted((a, b) => (a.package < b.package ? -1 : 1));
}

/** The active plugins, and the packages in which other peers are found. */
export interface ActiveSet {
  /** By package name. */
  readonly byPackage: ReadonlyMap<string, PluginPackage>;
  readonly byName: ReadonlyMap<string, PluginPackage>;
  readonly kernel: Kernel;
  readonly packages: Packages;
}

/**
 * Returns the active plugins that `plugin` requires, by name, after checking each range against the installed version.
 * Throws REQUIREMENT_MISSING, REQUIREMENT_UNMET, PLUGIN_COLLISION, KERNEL_DUPLICATE.
 */
export async function requirementsOf(plugin: PluginPackage, active: ActiveSet): Promise<readonly Requirement[]> {
  assertOneKernel(plugin, active);
  const found: Requirement[] = [];
  for (const peer of peersOf(plugin.file)) {
    if (peer.package === kernelName) {
      await assertMet(plugin, peer, active.kernel.version);
      continue;
    }
    const provider = active.byPackage.get(peer.package) ?? null;
    if (provider === null) assertNotMissing(plugin, peer, active);
    if (provider === null || provider === plugin) continue;
    await assertMet(plugin, peer, provider.file.version);
    found.push(Object.freeze({ plugin: provider.name, ...peer }));
  }
  return Object.freeze(found.toSorted((a, b) => (a.plugin < b.plugin ? -1 : 1)));
}

async function assertMet(plugin: PluginPackage, peer: Peer, version: string): Promise<void> {
  if (await satisfiesRange(version, peer.range)) return;
  throw kernelError('REQUIREMENT_UNMET', {
    plugin: plugin.name,
    package: plugin.file.name,
    version: plugin.file.version,
    needs: peer.package,
    range: peer.range,
    found: version,
  });
}

/** A peer that is not an active plugin is either an ordinary package, or a plugin that must be activated. */
function assertNotMissing(plugin: PluginPackage, peer: Peer, { packages, byName }: ActiveSet): void {
  const directory = packages.find(peer.package, plugin.file.directory);
  const needs = directory === null ? usualName(peer.package) : pluginNameIn(packages.read(directory));
  if (needs === null || (directory === null && peer.optional)) return;
  const other = byName.get(needs);
  if (other !== undefined) {
    const owners = [other.file.name, `${peer.package}, which ${plugin.file.name} requires`];
    throw kernelError('PLUGIN_COLLISION', { what: `The plugin name "${needs}"`, owners });
  }
  if (peer.optional) return;
  throw kernelError('REQUIREMENT_MISSING', {
    plugin: plugin.name,
    package: plugin.file.name,
    needs,
    needsPackage: peer.package,
    range: peer.range,
    installed: directory !== null,
  });
}

/** Returns the name of the plugin that a package would provide, judged by the package's name alone. */
function usualName(name: string): string | null {
  return /^(?:@headwater\/plugin-|headwater-plugin-)([a-z][a-z0-9-]{0,38})$/.exec(name)?.[1] ?? null;
}

/** With two copies of the contract, neither recognizes the objects of the other. */
function assertOneKernel(plugin: PluginPackage, { kernel, packages }: ActiveSet): void {
  const directory =
    plugin.file.name === kernelName ? plugin.file.directory : packages.find(kernelName, plugin.file.directory);
  if (directory === null || directory === kernel.directory) return;
  throw kernelError('KERNEL_DUPLICATE', {
    plugin: plugin.name,
    package: plugin.file.name,
    directory,
    version: packages.read(directory).version,
    kernelDirectory: kernel.directory,
    kernelVersion: kernel.version,
  });
}
