import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { urlOf } from './database.ts';
import { installedKernel, installedPackage } from './installed-packages.ts';
import {
  runKernel,
  startKernel,
  workspaceFolder,
  workspaceKernel,
  type Finished,
  type KernelOptions,
  type KernelProcess,
} from './kernel-process.ts';
import { removedAfterFile } from './leftovers.ts';

const workspace = join(import.meta.dirname, '../..');

/** A revision to write. */
export interface RevisionSketch {
  /** SQL. */
  readonly up: string;
  /** SQL. Default: the revision cannot be reverted. */
  readonly down?: string;
  /** Default: the revision before it in the sketch; `null` for the first. */
  readonly revises?: string | null | readonly string[];
  readonly dependsOn?: readonly string[];
  /** Further fields of `defineRevision`, as source. */
  readonly fields?: string;
}

/** A plugin to write to disk, as a package. */
export interface PluginSketch {
  /** By slug, in order. A string is the SQL of `up`. Default: none. */
  readonly revisions?: Readonly<Record<string, RevisionSketch | string>>;
  /** Names of required plugins, besides plugin zero. */
  readonly requires?: readonly string[];
  /** Names of optional plugins. */
  readonly optional?: readonly string[];
  /** Whether it requires plugin zero. Default: true. */
  readonly requiresCore?: boolean;
  /** Default: none. */
  readonly openTables?: readonly string[];
  /** Its former names. Default: none. */
  readonly formerly?: readonly string[];
  /** Default: 1.0.0. */
  readonly version?: string;
  /** Fields of `definePlugin` besides the name, as source. */
  readonly fields?: string;
  /**
   * Source of `src/entities.js`, which exports `entities` and `extend` and may use `defineEntity`, `p` and
   * `extendEntity`. The package exports everything that this file exports. Default: no such file.
   */
  readonly entities?: string;
  /** Its section of config.json; `null` for none. Default: `{}`. */
  readonly config?: object | null;
  /** Whether it is built and installed without its sources, like a package from npm. Default: linked to its sources. */
  readonly built?: boolean;
}

/** A project to write. */
export interface ProjectSketch {
  /** By name. `core` is the project's own plugin zero. Without it, plugin zero is `@headwater/plugin-core`. */
  readonly plugins?: Readonly<Record<string, PluginSketch>>;
  /** Default: PGlite in memory. */
  readonly database?: DatabaseTarget | string;
  /** Further keys of config.json. */
  readonly config?: object;
  /** Folder of its `@headwater/kernel`. Default: the kernel that is installed for the tests. */
  readonly kernel?: string;
}

/** A project on disk. It is removed after the test run. */
export interface Project {
  /** Its folder: package.json, config.json, `plugins/<name>`, and `node_modules` with links to the plugins. */
  readonly cwd: string;
  /** Path of config.json. */
  readonly config: string;
  /** Folder of a plugin's package. */
  readonly folderOf: (plugin: string) => string;
  /** File of a revision, by its id. `makeProject` writes JavaScript, the kernel writes TypeScript. */
  readonly fileOf: (id: string) => string;
  /** Writes a file below the project's folder. */
  readonly write: (path: string, text: string) => void;
  /** Rewrites `src/entities.js` of a plugin. */
  readonly writeEntities: (plugin: string, source: string) => void;
  /** Edits config.json. */
  readonly reconfigure: (edit: (config: { plugins: Record<string, object>; [key: string]: unknown }) => void) => void;
  /** Runs `kernel` as a process and waits for it to exit. */
  readonly kernel: (...args: readonly string[]) => Promise<Finished>;
  /** The same with other options: environment, folder, kernel. */
  readonly kernelWith: (options: Partial<KernelOptions>, ...args: readonly string[]) => Promise<Finished>;
  /** Starts `kernel` as a process. */
  readonly start: (...args: readonly string[]) => KernelProcess;
}

/**
 * Writes a project with real packages, and a config.json that activates them. The sources are JavaScript: type
 * stripping takes a fifth of the time of most commands, and is tested with the plugins of this workspace and with the
 * guides.
 */
export async function makeProject({
  plugins = {},
  database,
  config = {},
  ...sketch
}: ProjectSketch = {}): Promise<Project> {
  const { kernel = installedKernel(inject('scratch')) } = sketch;
  const cwd = removedAfterFile(join(realpathSync(inject('memory')), `project-${randomBytes(6).toString('hex')}`));
  const project = projectIn(cwd);
  const { write } = project;
  write('package.json', json({ name: 'project', private: true, type: 'module' }));
  link(kernel, join(cwd, 'node_modules/@headwater/kernel'));
  for (const name of plugins['core'] === undefined ? ['dev', 'plugin-core'] : ['dev']) {
    // Both from sources or both installed, so that there is one copy of the kernel.
    const folder = kernel === workspaceKernel ? workspaceFolder(name) : installedPackage(inject('scratch'), name);
    link(folder, join(cwd, 'node_modules/@headwater', name));
  }
  // All entities must be made with the same copy of MikroORM.
  for (const name of ['core', 'decorators']) {
    link(join(workspace, 'node_modules/@mikro-orm', name), join(cwd, 'node_modules/@mikro-orm', name));
  }
  for (const [name, sketch] of Object.entries(plugins)) {
    writePlugin(project, name, sketch);
    if (sketch.built !== true) link(project.folderOf(name), join(cwd, 'node_modules', packageOf(name)));
  }
  const url = typeof database === 'object' ? urlOf(database) : (database ?? 'pglite://');
  const listed = Object.entries(plugins).filter(([name, sketch]) => name !== 'core' && sketch.config !== null);
  const activated = Object.fromEntries(listed.map(([name, sketch]) => [name, sketch.config ?? {}]));
  write('config.json', json({ database: url, core: packageOf('core'), plugins: activated, ...config }));
  for (const [name, sketch] of Object.entries(plugins)) if (sketch.built === true) await build(project, name);
  return project;
}

function projectIn(cwd: string): Project {
  const config = join(cwd, 'config.json');
  const folderOf = (plugin: string): string => join(cwd, 'plugins', plugin);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  };
  const kernelWith: Project['kernelWith'] = (options, ...args) => runKernel(args, { cwd, ...options });
  return {
    cwd,
    config,
    folderOf,
    fileOf(id) {
      const [plugin = '', slug = ''] = id.split('@');
      const file = join(folderOf(plugin), 'src/migrations', slug);
      return existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`;
    },
    write,
    writeEntities: (plugin, source) => write(`plugins/${plugin}/src/entities.js`, `${entityImports}\n${source}`),
    reconfigure(edit) {
      // makeProject wrote it, and the kernel keeps its shape.
      const found = JSON.parse(readFileSync(config, 'utf8')) as Parameters<typeof edit>[0];
      edit(found);
      writeFileSync(config, json(found));
    },
    kernelWith,
    kernel: (...args) => kernelWith({}, ...args),
    start: (...args) => startKernel(args, { cwd }),
  };
}

/** Returns the name under which the kernel looks for a plugin by default. */
function packageOf(plugin: string): string {
  return `@headwater/plugin-${plugin}`;
}

const entityImports = `import { defineEntity, p } from '@mikro-orm/core';\nimport { extendEntity } from '@headwater/kernel/plugin';\n`;

function writePlugin({ write, writeEntities }: Project, name: string, sketch: PluginSketch): void {
  const { requires = [], optional = [], version = '1.0.0', fields = '', revisions = {}, entities } = sketch;
  const base = name === 'core' || sketch.requiresCore === false ? [] : ['core'];
  const peers = [...new Set([...base, ...requires, ...optional])].map((peer): [string, string] => [
    packageOf(peer),
    '^1.0.0',
  ]);
  const meta = optional.map((peer): [string, object] => [packageOf(peer), { optional: true }]);
  const folder = `plugins/${name}`;
  write(
    `${folder}/package.json`,
    json({
      name: packageOf(name),
      version,
      type: 'module',
      keywords: ['headwater-plugin'],
      headwater: {
        plugin: name,
        ...(sketch.openTables !== undefined && { openTables: sketch.openTables }),
        ...(sketch.formerly !== undefined && { formerly: sketch.formerly }),
      },
      exports: { '.': { 'headwater-source': './src/index.js', default: './dist/index.js' } },
      peerDependencies: { '@headwater/kernel': '^1.0.0', ...Object.fromEntries(peers) },
      ...(meta.length > 0 && { peerDependenciesMeta: Object.fromEntries(meta) }),
    }),
  );
  const imports = `import { definePlugin } from '@headwater/kernel/plugin';\n`;
  const own =
    entities === undefined ? '' : `import { entities, extend } from './entities.js';\nexport * from './entities.js';\n`;
  const listed = entities === undefined ? '' : 'entities, extend, ';
  const module = `${imports}${own}\nexport default definePlugin({ name: '${name}', ${listed}${fields} });\n`;
  if (entities !== undefined) writeEntities(name, entities);
  write(`${folder}/src/index.js`, module);
  // The compiled module: a copy if the sources are removed, otherwise always up to date.
  const relay = `export { default } from '../src/index.js';\nexport * from '../src/index.js';\n`;
  write(`${folder}/dist/index.js`, sketch.built === true ? module : relay);
  if (sketch.built === true) {
    // A build needs a record of what its entities declare.
    write(`${folder}/revisions.lock.json`, json({ declared: [] }));
    if (entities !== undefined) write(`${folder}/dist/entities.js`, `${entityImports}\n${entities}`);
  }
  Object.entries(revisions).forEach(([slug, body], i, all) => {
    const before = all[i - 1]?.[0];
    const revision = typeof body === 'string' ? { up: body } : body;
    const revises = revision.revises === undefined && before !== undefined ? `${name}@${before}` : revision.revises;
    write(
      `${folder}/src/migrations/${slug}.js`,
      revisionSource(`${name}@${slug}`, { ...revision, revises: revises ?? null }),
    );
  });
}

function revisionSource(id: string, { revises, dependsOn, up, down, fields = '' }: RevisionSketch): string {
  const lines = [
    `id: ${json(id)}`,
    `revises: ${json(revises)}`,
    ...(dependsOn === undefined ? [] : [`dependsOn: ${json(dependsOn)}`]),
    `up: ${sqlSource(up)}`,
    ...(down === undefined ? [] : [`down: ${sqlSource(down)}`]),
    ...(fields === '' ? [] : [fields]),
  ];
  return `import { defineRevision, sql } from '@headwater/kernel/plugin';\n\nexport default defineRevision({\n  ${lines.join(',\n  ')},\n});\n`;
}

function sqlSource(text: string): string {
  return `sql\`${text.replaceAll(/`|\$\{/g, '\\$&')}\``;
}

/** Builds a plugin and moves it to `node_modules`, without its sources. */
async function build(project: Project, name: string): Promise<void> {
  const folder = project.folderOf(name);
  const built = await project.kernel('plugin:build', folder);
  if (built.code !== 0) throw new Error(`${name} does not build:\n${built.stdout}${built.stderr}`);
  rmSync(join(folder, 'src'), { recursive: true });
  const installed = join(project.cwd, 'node_modules', packageOf(name));
  mkdirSync(dirname(installed), { recursive: true });
  renameSync(folder, installed);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
