import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { projectRoot } from '../config/project-root.ts';
import { readConfig } from '../config/read-config.ts';
import { assertKnown } from '../config/refusals.ts';
import type { JsonObject } from '../config/layers.ts';
import { KernelError } from '../error/kernel-error.ts';
import { kernelName } from '../plugin/package-location.ts';
import { openPackages, realFolder, type PackageFile, type Packages } from '../plugin/packages.ts';
import { pluginPeers } from '../plugin/plugin-peers.ts';
import { pluginFields } from '../plugin/static-half.ts';

/** What a config is made of. */
export interface TestConfigOptions {
  readonly plugins: readonly string[];
  readonly config: Readonly<Record<string, JsonObject>>;
  /** The URL of the database, for its refusals. */
  readonly database: string;
  /** Where to look for the project from. */
  readonly folder: string;
}

/**
 * The config of a test: what a config.json would be in the project that `folder` belongs to, if it listed `plugins` and
 * all that they require. No file of the project is read but package.json files. Throws what a config.json can get wrong;
 * the file is called `startTestKernel` there.
 */
export function testConfig({ plugins, config, database, folder }: TestConfigOptions): Config {
  const file = join(projectRoot(join(folder, 'startTestKernel')), 'startTestKernel');
  const { core, packages } = activated(plugins, projectRoot(file), openPackages());
  assertKnown(config, [...packages.keys()], ['plugins'], [{ file, json: { plugins: config } }]);
  const entries: Record<string, JsonObject> = {};
  for (const [name, $package] of packages) entries[name] = { ...config[name], $package };
  const json = { database, ...(core !== null && { core }), plugins: entries };
  // There is no overlay either.
  const read = readConfig(file, { ...process.env, NODE_ENV: '' }, JSON.stringify(json));
  if (read.database.kind === 'pglite' && read.database.directory !== null) {
    const expected = '"pglite://", which is in memory, or the postgres:// URL of a server';
    throw new KernelError('CONFIG_VALUE_INVALID', { file, pointer: '/database', expected, found: 'a directory' });
  }
  return read;
}

/** The listed plugins and what they require, as a config names their packages. */
interface Activated {
  /** `null` where it is the kernel's own. */
  readonly core: string | null;
  /** By plugin. */
  readonly packages: ReadonlyMap<string, string | null>;
}

function activated(plugins: readonly string[], root: string, packages: Packages): Activated {
  const found = new Map<string, string | null>();
  const add = (file: PackageFile, specifier: string): void => {
    const { name } = pluginFields(file);
    if (found.has(name)) return;
    // The kernel's own package is plugin zero behind another door, which is where a config without `core` finds it.
    found.set(name, name === 'core' && file.name === kernelName ? null : specifier);
    for (const peer of pluginPeers(file, packages)) {
      if (!peer.optional) add(packages.read(peer.directory), peer.package);
    }
  };
  for (const plugin of plugins) {
    const [specifier, directory] = located(plugin, root, packages);
    add(packages.read(directory), specifier);
  }
  const core = found.get('core') ?? null;
  found.delete('core');
  return { core, packages: found };
}

/** What a config calls the package of `plugin`, and its folder. */
function located(plugin: string, root: string, packages: Packages): readonly [specifier: string, directory: string] {
  if (plugin === '.' || plugin.startsWith('./')) {
    const specifier = plugin === '.' ? './' : plugin;
    const directory = realFolder(join(root, specifier));
    if (directory !== null) return [specifier, directory];
  }
  // A name of a plugin may be one that npm has given to something else.
  const names = [`@headwater/plugin-${plugin}`, `headwater-plugin-${plugin}`, plugin];
  const tried = /^[.@]/.test(plugin) ? [plugin] : names;
  for (const name of tried) {
    const directory = packages.find(name, root);
    if (directory !== null) return [name, directory];
  }
  throw new KernelError('PLUGIN_NOT_FOUND', { plugin, tried, from: root, install: tried[0] ?? plugin });
}
