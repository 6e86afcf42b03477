import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config, PluginEntry } from '../../src/config/config.ts';
import { loadPluginSet } from '../../src/plugin/load-plugin-set.ts';
import type { ManifestRevision } from '../../src/plugin/manifest.ts';
import type { PluginSet } from '../../src/plugin/plugin-set.ts';
import { rawHash } from '../../src/plugin/revision-hash.ts';
import { makeFolder, writeFiles } from '../config/folder.ts';

/** This workspace's `@headwater/kernel`. */
export const kernelFolder = join(import.meta.dirname, '../..');

/** A running kernel with an arbitrary version. */
export const kernelOf = (version = '1.0.0') => ({ version, directory: kernelFolder });

/** A revision in a fixture. It revises the one before it in the list. */
export interface FixtureRevision {
  readonly slug: string;
  readonly dependsOn?: readonly string[];
  /** SQL. Default: creates a table. */
  readonly up?: string;
}

/** A plugin in a fixture. */
export interface FixturePlugin {
  readonly name: string;
  /** Default: `@headwater/plugin-<name>`. */
  readonly package?: string;
  readonly version?: string;
  readonly peers?: Readonly<Record<string, string>>;
  /** Names of peers that are optional. */
  readonly optional?: readonly string[];
  readonly revisions?: readonly FixtureRevision[];
  /** Merged into its package.json. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** More files, by path in the package. */
  readonly files?: Readonly<Record<string, unknown>>;
}

/** A project on disk with real packages. */
export interface Project {
  readonly root: string;
  readonly write: (files: Readonly<Record<string, unknown>>) => void;
  /** Writes a package the way npm installs it: in `node_modules`, built, without sources. Returns its folder. */
  readonly install: (plugin: FixturePlugin) => string;
  /**
   * Writes a package the way a workspace has it: sources in `packages/<name>`, linked into `node_modules`. Returns its
   * folder.
   */
  readonly link: (plugin: FixturePlugin) => string;
  /**
   * Creates a config that activates `plugins`, each with its entry. `core` is its plugin zero, by default `@acme/core`.
   */
  readonly config: (plugins: Readonly<Record<string, Partial<PluginEntry>>>, core?: string | null) => Config;
  /** Creates such a config and loads it. */
  readonly load: (plugins: Readonly<Record<string, Partial<PluginEntry>>>, core?: string | null) => Promise<PluginSet>;
}

/** A project with the workspace's own `@headwater/kernel` linked, and `@acme/core` installed as plugin zero. */
export function makeProject(): Project {
  const root = makeFolder();
  const write: Project['write'] = (files) => writeFiles(root, files);
  const linkPackage = (name: string, folder: string): void => {
    const place = join(root, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(folder, place);
  };
  const install: Project['install'] = (plugin) => {
    const folder = join(root, 'node_modules', packageName(plugin));
    writeFiles(folder, { ...packageFiles(plugin), 'dist/headwater.json': manifestOf(plugin), ...plugin.files });
    return folder;
  };
  const link: Project['link'] = (plugin) => {
    const folder = join(root, 'packages', plugin.name);
    writeFiles(folder, { ...packageFiles(plugin), ...sourcesOf(plugin), ...plugin.files });
    linkPackage(packageName(plugin), folder);
    return folder;
  };
  const config: Project['config'] = (plugins, core = '@acme/core') => configOf(root, plugins, core);
  const load: Project['load'] = (plugins, core) => loadPluginSet(config(plugins, core), kernelOf());
  write({ 'package.json': { name: 'project', private: true, type: 'module' } });
  linkPackage('@headwater/kernel', kernelFolder);
  install({ name: 'core', package: '@acme/core', revisions: [{ slug: '0001_base' }, { slug: '0002_more' }] });
  return { root, write, install, link, config, load };
}

function configOf(root: string, plugins: Readonly<Record<string, Partial<PluginEntry>>>, core: string | null): Config {
  const entry = (name: string, given: Partial<PluginEntry>): PluginEntry => ({
    name,
    enabled: true,
    package: null,
    startTimeout: 10,
    options: {},
    fromVariables: [],
    ...given,
  });
  return {
    file: join(root, 'config.json'),
    overlays: [],
    root,
    database: { kind: 'pglite', directory: null, shown: 'pglite://' },
    plugins: new Map(
      Object.entries({ ...(core !== null && { core: { package: core } }), ...plugins }).map(([name, given]) => [
        name,
        entry(name, given),
      ]),
    ),
    pool: { max: 10, connectTimeout: 10, idleTimeout: 10, statementTimeout: 0 },
    upgrade: {
      mode: 'auto',
      beforeBreaking: null,
      checkDrift: false,
      lockWait: 300,
      lockTimeout: 3,
      retryFor: 60,
      statementTimeout: 0,
      codeTimeout: 3600,
      responseTimeout: 60,
    },
  };
}

function packageName(plugin: FixturePlugin): string {
  return plugin.package ?? `@headwater/plugin-${plugin.name}`;
}

function packageFiles(plugin: FixturePlugin): Readonly<Record<string, unknown>> {
  return {
    'package.json': {
      name: packageName(plugin),
      version: plugin.version ?? '1.0.0',
      type: 'module',
      headwater: { plugin: plugin.name },
      exports: { '.': { 'headwater-source': './src/index.ts', default: './dist/index.js' } },
      peerDependencies: { '@headwater/kernel': '^1.0.0', ...plugin.peers },
      peerDependenciesMeta: Object.fromEntries((plugin.optional ?? []).map((name) => [name, { optional: true }])),
      ...plugin.fields,
    },
    'dist/index.js': `import { definePlugin } from '@headwater/kernel/plugin';\nexport default definePlugin({ name: '${plugin.name}' });\n`,
  };
}

function sourcesOf(plugin: FixturePlugin): Readonly<Record<string, unknown>> {
  const files: Record<string, unknown> = {
    'src/index.ts': `import { definePlugin } from '@headwater/kernel/plugin';\nexport default definePlugin({ name: '${plugin.name}' });\n`,
  };
  for (const { slug, up, ...edges } of revisionsOf(plugin)) {
    files[`src/migrations/${slug}.ts`] = revisionText({ id: `${plugin.name}@${slug}`, ...edges }, up);
  }
  return files;
}

/** Returns the text of a revision file with `up` as SQL. */
export function revisionText(fields: Readonly<Record<string, unknown>>, up: string): string {
  return `import { defineRevision, sql } from '@headwater/kernel/plugin';
export default defineRevision({ ...${JSON.stringify(fields)}, up: sql\`${up}\` });
`;
}

function revisionsOf(plugin: FixturePlugin) {
  return (plugin.revisions ?? []).map(({ slug, dependsOn = [], up }, i, all) => {
    const before = all[i - 1]?.slug;
    return {
      slug,
      revises: before === undefined ? null : `${plugin.name}@${before}`,
      dependsOn,
      up: up ?? `create table "${plugin.name}_${slug}" (id int)`,
    };
  });
}

/** Returns the manifest that a build of `plugin` would write. The normal hashes are fake: nothing reads them. */
export function manifestOf(plugin: FixturePlugin): Readonly<Record<string, unknown>> {
  const revisions = revisionsOf(plugin).map(({ slug, revises, dependsOn, up }): ManifestRevision => {
    const edges = { id: `${plugin.name}@${slug}`, revises: revises === null ? [] : [revises], dependsOn };
    const raw = rawHash({ ...edges, transaction: true, up: { kind: 'sql', text: up } });
    return { ...edges, up, raw, normal: 'n1:', since: plugin.version ?? '1.0.0' };
  });
  return { format: 1, plugin: plugin.name, version: plugin.version ?? '1.0.0', revisions };
}
