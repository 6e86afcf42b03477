import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { removeSourceCondition } from '../../core/dev/src/build/source-condition.ts';

const run = promisify(execFile);
const workspace = join(import.meta.dirname, '../..');

/** The folders of all packages that npm publishes. */
export const publishedFolders = [
  'core/kernel',
  'core/dev',
  'plugins/core',
  'plugins/likes',
  'plugins/comments',
  'plugins/messages',
] as const;

/** A tarball of a package. */
export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/**
 * Copies every file that npm may pack from the built published packages to `staging`. Packing the workspace itself
 * would briefly change its package.json files while other tests use them.
 */
export function stagePackages(staging: string): readonly string[] {
  mkdirSync(staging, { recursive: true });
  symlinkSync(join(workspace, 'node_modules'), join(staging, 'node_modules'), 'junction');
  return publishedFolders.map((folder) => {
    const source = join(workspace, folder);
    if (!existsSync(join(source, 'dist'))) throw new Error(`${folder} is not built: npm run build`);
    for (const part of ['package.json', 'README.md', 'LICENSE', 'bin', 'dist']) {
      if (existsSync(join(source, part))) cpSync(join(source, part), join(staging, folder, part), { recursive: true });
    }
    return join(staging, folder);
  });
}

let packed: Promise<readonly Tarball[]> | null = null;

/** Packs the published packages from their builds, once per worker. */
export function packPackages(): Promise<readonly Tarball[]> {
  return (packed ??= packInto(join(inject('scratch'), `packed-${randomBytes(6).toString('hex')}`)));
}

/** Packs without the `prepack` scripts, which would start a process for each package. `test/full` runs the scripts. */
async function packInto(folder: string): Promise<readonly Tarball[]> {
  const staged = stagePackages(join(folder, 'staging'));
  for (const one of staged) removeSourceCondition(one);
  return npmPack(staged, folder, ['--ignore-scripts']);
}

/** Runs `npm pack` for packages on disk. */
export async function npmPack(
  folders: readonly string[],
  target: string,
  options: readonly string[] = [],
): Promise<readonly Tarball[]> {
  const args = ['pack', '--json', '--silent', '--pack-destination', target, ...options, ...folders];
  const { stdout } = await run('npm', args, { cwd: target });
  const packed = Object.values(JSON.parse(stdout) as Record<string, { name: string; filename: string }>);
  return packed.map(({ name, filename }) => ({ name, file: join(target, filename) }));
}

/** Unpacks a tarball into `folder`. */
export async function unpack(tarball: Tarball, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['xf', tarball.file, '-C', folder, '--strip-components=1']);
}

/** The packages that a project lacks. */
export interface Omission {
  /** Leaves out `@headwater/dev`. Default: false. */
  readonly dev?: boolean;
  /** Leaves out the embedded database and the driver of MikroORM for it. Default: false. */
  readonly pglite?: boolean;
}

/** A project in which packed packages are installed. */
export interface Site {
  readonly cwd: string;
  /** The `kernel` command of the installed kernel. */
  readonly bin: string;
  /** Writes config.json: plugin zero and the other first-party plugins, on this database. */
  readonly configure: (database: string) => void;
}

/**
 * Installs packages in a new project the way npm would. All other packages are links to the `node_modules` of this
 * workspace, so nothing is downloaded.
 */
export async function installTarballs(
  tarballs: readonly Tarball[],
  cwd: string,
  without: Omission = {},
): Promise<Site> {
  const modules = join(cwd, 'node_modules');
  mkdirSync(join(modules, '@headwater'), { recursive: true });
  for (const tarball of tarballs) {
    if (without.dev !== true || tarball.name !== '@headwater/dev') await unpack(tarball, join(modules, tarball.name));
  }
  for (const name of packagesIn(join(workspace, 'node_modules'))) {
    if (without.pglite === true && isEmbedded(name)) continue;
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(workspace, 'node_modules', name), join(modules, name), 'junction');
  }
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'site', private: true, type: 'module' }));
  return {
    cwd,
    bin: join(modules, '@headwater/kernel/bin/kernel.js'),
    configure(database) {
      const plugins = { likes: {}, comments: {}, messages: {} };
      writeFileSync(join(cwd, 'config.json'), JSON.stringify({ database, core: '@headwater/plugin-core', plugins }));
    },
  };
}

/** Returns the names of the packages in a `node_modules` folder, except those of this workspace. */
function packagesIn(modules: string): readonly string[] {
  return readdirSync(modules).flatMap((entry) => {
    if (entry.startsWith('.') || entry === '@headwater') return [];
    return entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry];
  });
}

function isEmbedded(name: string): boolean {
  return name.startsWith('@electric-sql/') || name === '@mikro-orm/pglite';
}

/** The parts of a package.json that tests read. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Reads the package.json in a folder. */
export function readPackageJson(folder: string): PackageJson {
  // npm made sure of the shape when it packed the package.
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}
