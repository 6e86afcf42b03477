import { join } from 'node:path';
import {
  assertKnownKeys,
  projectRoot,
  readConfig,
  type Config,
  type JsonObject,
} from '@headwater/kernel/internal/config';
import { kernelError } from '@headwater/kernel/internal/errors';
import {
  openPackages,
  readPluginFields,
  pluginPeers,
  realFolder,
  type PackageFile,
  type Packages,
} from '@headwater/kernel/internal/plugins';

/** The parts of a test's config. */
export interface TestConfigOptions {
  readonly plugins: readonly string[];
  readonly config: Readonly<Record<string, JsonObject>>;
  /** The URL of the database. */
  readonly database: string;
  /** A folder of the project. */
  readonly folder: string;
}

/**
 * Returns the config of a test. It equals a config.json in the project of `folder` that lists `plugins` and everything
 * that they require, but of the project's files only package.json files are read. Throws the errors of a config.json;
 * they name the file `startTestKernel`.
 */
export function testConfig({ plugins, config, database, folder }: TestConfigOptions): Config {
  const file = join(projectRoot(join(folder, 'startTestKernel')), 'startTestKernel');
  const { core, packages } = activePackages(plugins, projectRoot(file), openPackages());
  assertKnownKeys(config, [...packages.keys()], ['plugins'], [{ file, json: { plugins: config } }]);
  const entries: Record<string, JsonObject> = {};
  for (const [name, $package] of packages) entries[name] = { ...config[name], $package };
  const json = { database, ...(core !== null && { core }), plugins: entries };
  // Without NODE_ENV no overlay is read.
  const read = readConfig(file, { ...process.env, NODE_ENV: '' }, JSON.stringify(json));
  if (read.database.kind === 'pglite' && read.database.directory !== null) {
    const expected = '"pglite://", which is in memory, or the postgres:// URL of a server';
    throw kernelError('CONFIG_VALUE_INVALID', { file, pointer: '/database', expected, found: 'a directory' });
  }
  return read;
}

/** The packages of the listed plugins and of the plugins that they require, by the names that a config uses. */
interface ActivePackages {
  /** The package of plugin zero; `null` if no plugin requires it. */
  readonly core: string | null;
  /** The other packages, by plugin. */
  readonly packages: ReadonlyMap<string, string>;
}

function activePackages(plugins: readonly string[], root: string, packages: Packages): ActivePackages {
  const found = new Map<string, string>();
  const add = (file: PackageFile, specifier: string): void => {
    const { name } = readPluginFields(file);
    if (found.has(name)) return;
    found.set(name, specifier);
    for (const peer of pluginPeers(file, packages)) {
      if (!peer.optional) add(packages.read(peer.directory), peer.package);
    }
  };
  for (const plugin of plugins) {
    const [specifier, directory] = locate(plugin, root, packages);
    add(packages.read(directory), specifier);
  }
  const core = found.get('core') ?? null;
  found.delete('core');
  return { core, packages: found };
}

/** Returns the folder of a plugin's package, and the name to use for the package in a config. */
function locate(plugin: string, root: string, packages: Packages): readonly [specifier: string, directory: string] {
  if (plugin === '.' || plugin.startsWith('./')) {
    const specifier = plugin === '.' ? './' : plugin;
    const directory = realFolder(join(root, specifier));
    if (directory !== null) return [specifier, directory];
  }
  // The bare name comes last: on npm it may belong to another package.
  const names = [`@headwater/plugin-${plugin}`, `headwater-plugin-${plugin}`, plugin];
  const tried = /^[.@]/.test(plugin) ? [plugin] : names;
  for (const name of tried) {
    const directory = packages.find(name, root);
    if (directory !== null) return [name, directory];
  }
  throw kernelError('PLUGIN_NOT_FOUND', { plugin, tried, from: root });
}
