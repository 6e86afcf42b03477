import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { packInto, unpack, type Tarball } from './pack.ts';

const workspace = join(import.meta.dirname, '../..');

let packed: Promise<readonly Tarball[]> | null = null;

/** Packs the published packages from their builds, once per worker. */
export function packPackages(): Promise<readonly Tarball[]> {
  return (packed ??= packInto(join(inject('scratch'), `packed-${randomBytes(6).toString('hex')}`)));
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
    if (entry.startsWith('.') || entry === '@headwater' || entry === 'create-headwater') return [];
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
