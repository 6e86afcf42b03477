import {
  kernelName,
  lowestVersion,
  olderThan,
  peersOf,
  pluginPeers,
  satisfiesRange,
  type Manifest,
  type PackageFile,
  type Packages,
  type Peer,
} from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import type { UnpackedPackage } from './unpacked-package.ts';

/** A plugin whose peers are checked. */
export interface CheckedPackage {
  readonly plugin: string;
  /** Its package where it is developed, beside which its peers are installed. */
  readonly source: PackageFile;
  readonly packed: PackageFile;
  readonly content: UnpackedPackage;
  readonly manifest: Manifest;
}

/**
 * Checks the peers of a packed plugin: an application must have one copy of each, and each range must allow the version
 * with which the plugin was proven, and none that lacks a revision on which the plugin depends. Throws PLUGIN_VERIFY_PEER.
 */
export async function assertPeers(checked: CheckedPackage, packages: Packages): Promise<void> {
  const { plugin, packed } = checked;
  const refuse = (peer: string, problem: string, fix: string): Error =>
    devError('PLUGIN_VERIFY_PEER', { plugin, peer, problem, fix });
  const peers = peersOf(packed);
  if (!peers.some((peer) => peer.package === kernelName && !peer.optional))
    throw refuse(kernelName, 'is not a required peer', `list it under "peerDependencies"`);
  for (const name of installedWith(packed)) {
    if (isShared(name, peers, checked.source, packages))
      throw refuse(
        name,
        'is installed with the plugin, so that an application may have two copies',
        'list it only under "peerDependencies"',
      );
  }
  const copied = checked.content.files.find((path) => path.startsWith('node_modules/'));
  if (copied !== undefined)
    throw refuse(copied, 'is a copy inside the tarball', 'remove "bundleDependencies" from package.json');
  for (const peer of peers) {
    const problem = await rangeProblem(peer, checked, packages);
    if (problem !== null) throw refuse(peer.package, ...problem);
  }
}

/** Returns the names of the packages that npm installs with a package, whatever the application has. */
function installedWith({ fields }: PackageFile): readonly string[] {
  const lists = [
    fields['dependencies'],
    fields['optionalDependencies'],
    fields['bundleDependencies'],
    fields['bundledDependencies'],
  ];
  return lists.flatMap((list) =>
    Array.isArray(list) ? list.filter((name) => typeof name === 'string') : Object.keys(list ?? {}),
  );
}

/** Whether all plugins of an application must import the same copy of a package. */
function isShared(name: string, peers: readonly Peer[], { directory }: PackageFile, packages: Packages): boolean {
  if (name === kernelName || name.startsWith('@mikro-orm/') || peers.some((peer) => peer.package === name)) return true;
  const folder = packages.find(name, directory);
  return folder !== null && Object.hasOwn(packages.read(folder).fields, 'headwater');
}

async function rangeProblem(
  { package: name, range }: Peer,
  { source, manifest }: CheckedPackage,
  packages: Packages,
): Promise<readonly [problem: string, fix: string] | null> {
  const lowest = await lowestVersion(range);
  if (lowest === null)
    return [`has ${JSON.stringify(range)}, which is not a range of versions`, 'write one like "^1.0.0"'];
  const directory = packages.find(name, source.directory);
  if (directory === null) return null;
  const { version } = packages.read(directory);
  if (!(await satisfiesRange(version, range)))
    return [
      `has the range ${range}, which does not allow ${version}, with which the plugin was built`,
      `write "^${version}"`,
    ];
  const provider = pluginPeers(source, packages).find((peer) => peer.package === name);
  const branches = provider === undefined ? [] : [provider.plugin, ...provider.formerly];
  for (const { id, dependsOnSince = {} } of manifest.revisions) {
    for (const [needed, since] of Object.entries(dependsOnSince)) {
      if (branches.some((branch) => needed.startsWith(`${branch}@`)) && (await olderThan(lowest, since)))
        return [
          `has the range ${range}, which allows ${lowest}, and ${id} needs ${needed}, published since ${since}`,
          `write "^${since}"`,
        ];
    }
  }
  return null;
}
