import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestPath, parseManifest } from './manifest.ts';
import type { PackageFile, Packages } from './packages.ts';
import type { Requirement } from './plugin-set.ts';
import { peersOf } from './requirements.ts';
import { lockPath, readLock } from './revisions-lock.ts';
import { pluginNameIn } from './plugin-fields.ts';

/** A peer that is a plugin, active or not, as its author has it installed. */
export interface PluginPeer extends Requirement {
  /** Its package's folder, links resolved. */
  readonly directory: string;
}

/** The peers of a package that are plugins. */
export function pluginPeers(file: PackageFile, packages: Packages): readonly PluginPeer[] {
  const found = new Map<string, PluginPeer>();
  for (const peer of peersOf(file)) {
    const directory = packages.find(peer.package, file.directory);
    const plugin = directory === null ? null : pluginNameIn(packages.read(directory));
    if (directory !== null && plugin !== null) found.set(plugin, { plugin, ...peer, directory });
  }
  return [...found.values()];
}

/** Tells the package version that first shipped a revision of one of `peers`; `null` where that is not known. */
export function sinceOf(peers: readonly PluginPeer[]): (revision: string) => string | null {
  const since = new Map<string, string>();
  for (const { plugin, directory } of peers) {
    for (const [id, version] of versionsIn(plugin, directory)) since.set(id, version);
  }
  return (revision) => since.get(revision) ?? null;
}

/** From the lock, which a workspace has; else from the manifest, which a published package has. */
function versionsIn(plugin: string, directory: string): readonly (readonly [string, string])[] {
  if (existsSync(lockPath(directory))) {
    return Object.entries(readLock(directory)).map(([id, { since }]) => [id, since]);
  }
  const file = join(directory, manifestPath);
  if (!existsSync(file)) return [];
  return parseManifest(readFileSync(file, 'utf8'), file, plugin).flatMap(({ id, since }) =>
    since === null ? [] : [[id, since]],
  );
}
