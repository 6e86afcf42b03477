import { kernelError } from '../error/kernel-codes.ts';
import { isNpmName, kernelName } from './package-location.ts';
import { isRecord, type PackageFile, type Packages } from './packages.ts';
import type { Requirement } from './plugin-set.ts';
import { pluginNameIn, type StaticHalf } from './plugin-fields.ts';
import { meets } from './version-range.ts';

/** The running kernel, as plugins' ranges see it. */
export interface Kernel {
  readonly version: string;
  /** Its package's folder. */
  readonly directory: string;
}

/** A peer dependency, as package.json has it. */
export interface Peer {
  readonly package: string;
  readonly range: string;
  readonly optional: boolean;
}

/** The peers of a package, by name. What is not written as npm wants it is left out. */
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

/** The active plugins, and where to look for a package that is none of them. */
export interface ActiveSet {
  /** By package name. */
  readonly byPackage: ReadonlyMap<string, StaticHalf>;
  readonly byName: ReadonlyMap<string, StaticHalf>;
  readonly kernel: Kernel;
  readonly packages: Packages;
}

/**
 * The active plugins that `half` requires, by name, with each range held against the version that
 * is there. Throws REQUIREMENT_MISSING, REQUIREMENT_UNMET, PLUGIN_COLLISION, KERNEL_DUPLICATE.
 */
export async function requirementsOf(half: StaticHalf, active: ActiveSet): Promise<readonly Requirement[]> {
  assertOneKernel(half, active);
  const found: Requirement[] = [];
  for (const peer of peersOf(half.file)) {
    if (peer.package === kernelName) {
      await assertMet(half, peer, active.kernel.version);
      continue;
    }
    const provider = active.byPackage.get(peer.package) ?? null;
    if (provider === null) assertNotMissing(half, peer, active);
    if (provider === null || provider === half) continue;
    await assertMet(half, peer, provider.file.version);
    found.push(Object.freeze({ plugin: provider.name, ...peer }));
  }
  return Object.freeze(found.toSorted((a, b) => (a.plugin < b.plugin ? -1 : 1)));
}

async function assertMet(half: StaticHalf, peer: Peer, version: string): Promise<void> {
  if (await meets(version, peer.range)) return;
  throw kernelError('REQUIREMENT_UNMET', {
    plugin: half.name,
    package: half.file.name,
    version: half.file.version,
    needs: peer.package,
    range: peer.range,
    found: version,
  });
}

/** A peer that is no active plugin may be an ordinary package; a plugin that is not active must be activated. */
function assertNotMissing(half: StaticHalf, peer: Peer, { packages, byName }: ActiveSet): void {
  const directory = packages.find(peer.package, half.file.directory);
  const needs = directory === null ? usualName(peer.package) : pluginNameIn(packages.read(directory));
  if (needs === null || (directory === null && peer.optional)) return;
  const other = byName.get(needs);
  if (other !== undefined) {
    const owners = [other.file.name, `${peer.package}, which ${half.file.name} requires`];
    throw kernelError('PLUGIN_COLLISION', { what: `The plugin name "${needs}"`, owners });
  }
  if (peer.optional) return;
  throw kernelError('REQUIREMENT_MISSING', {
    plugin: half.name,
    package: half.file.name,
    needs,
    needsPackage: peer.package,
    installed: directory !== null,
  });
}

/** The plugin that a package would provide, going by its name alone. */
function usualName(name: string): string | null {
  return /^(?:@headwater\/plugin-|headwater-plugin-)([a-z][a-z0-9-]{0,38})$/.exec(name)?.[1] ?? null;
}

/** With two copies of the contract, what one makes is a stranger to the other. */
function assertOneKernel(half: StaticHalf, { kernel, packages }: ActiveSet): void {
  const directory =
    half.file.name === kernelName ? half.file.directory : packages.find(kernelName, half.file.directory);
  if (directory === null || directory === kernel.directory) return;
  throw kernelError('KERNEL_DUPLICATE', {
    plugin: half.name,
    package: half.file.name,
    directory,
    version: packages.read(directory).version,
    kernelDirectory: kernel.directory,
    kernelVersion: kernel.version,
  });
}
