import { join } from 'node:path';
import { assertKnownKeys, kernelError, openPackages, readPluginFields, pluginPeers, projectRoot, readConfig, realFolder, type Config, type JsonObject, type PackageFile, type Packages } from '@headwater/kernel/internal';

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
  assertKnownKeys(config, [...packages.keys()], ['plugins'], [{ file, json: { plugins: config } }]);
  const entries: Record<string, JsonObject> = {};
  for (const [name, $package] of packages) entries[name] = { ...config[name], $package };
  const json = { database, ...(core !== null && { core }), plugins: entries };
  // There is no overlay either.
  const read = readConfig(file, { ...process.env, NODE_ENV: '' }, JSON.stringify(json));
  if (read.database.kind === 'pglite' && read.database.directory !== null) {
    const expected = '"pglite://", which is in memory, or the postgres:// URL of a server';
    throw kernelError('CONFIG_VALUE_INVALID', { file, pointer: '/database', expected, found: 'a directory' });
  }
  return read;
}

/** The listed plugins and what they require, as a config names their packages. */
interface Activated {
  /** `null` where none of them requires one. */
  readonly core: string | null;
  /** By plugin. */
  readonly packages: ReadonlyMap<string, string>;
}

function activated(plugins: readonly string[], root: string, packages: Packages): Activated {
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
  throw kernelError('PLUGIN_NOT_FOUND', { plugin, tried, from: root });
}
