import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentId, formerNames } from './former-names.ts';
import { manifestPath } from './manifest.ts';
import { parseManifest } from './manifest-reader.ts';
import type { PackageFile, Packages } from './packages.ts';
import { formerNamesIn, pluginNameIn } from './plugin-fields.ts';
import type { Requirement } from './plugin-set.ts';
import { peersOf } from './requirements.ts';
import { lockPath, readLock } from './revisions-lock.ts';

/** A peer that is a plugin, active or not: the copy that the author of the dependent plugin has installed. */
export interface PluginPeer extends Requirement {
  /** The package's folder, with symbolic links resolved. */
  readonly directory: string;
  /** The names that it had before. */
  readonly formerly: readonly string[];
}

/** Returns the peers of a package that are plugins. */
export function pluginPeers(file: PackageFile, packages: Packages): readonly PluginPeer[] {
  const found = new Map<string, PluginPeer>();
  for (const peer of peersOf(file)) {
    const directory = packages.find(peer.package, file.directory);
    if (directory === null) continue;
    const peerFile = packages.read(directory);
    const plugin = pluginNameIn(peerFile);
    if (plugin === null) continue;
    found.set(plugin, { plugin, ...peer, directory, formerly: formerNamesIn(peerFile, plugin) });
  }
  return [...found.values()];
}

/**
 * Returns a function that looks up the package version that first shipped a revision of one of `peers`; `null` if
 * unknown.
 */
export function sinceOf(peers: readonly PluginPeer[]): (revision: string) => string | null {
  const former = formerNames(peers.map(({ plugin, formerly }) => ({ name: plugin, formerly })));
  const since = new Map<string, string>();
  for (const { plugin, directory } of peers) {
    for (const [id, version] of versionsIn(plugin, directory)) since.set(currentId(id, former), version);
  }
  return (revision) => since.get(currentId(revision, former)) ?? null;
}

/** Reads the lock file, which a workspace has, or else the manifest, which a published package has. */
function versionsIn(plugin: string, directory: string): readonly (readonly [string, string])[] {
  if (existsSync(lockPath(directory))) {
    return Object.entries(readLock(directory).revisions).map(([id, { since }]) => [id, since]);
  }
  const file = join(directory, manifestPath);
  if (!existsSync(file)) return [];
  return parseManifest(readFileSync(file, 'utf8'), file, plugin).flatMap(({ id, since }) =>
    since === null ? [] : [[id, since]],
  );
}
