import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { installedPackage, type InstalledPackage } from './installed-package.ts';

const core = '@mikro-orm/core';
const server = '@mikro-orm/postgresql';
const embedded = '@mikro-orm/pglite';

/**
 * The versions of the kernel's peers that it is tested with. Refusals name them, because they are known to fit together:
 * the packages of MikroORM require exactly their own version of its core, and not every version has been published of each.
 */
export const testedVersions = {
  '@electric-sql/pglite': '0.5.8',
  '@electric-sql/pglite-prepopulatedfs': '0.5.8',
  [core]: '7.2.1',
  [server]: '7.2.1',
  [embedded]: '7.2.1',
} as const;

type Peer = keyof typeof testedVersions;

const engine: readonly Peer[] = ['@electric-sql/pglite', '@electric-sql/pglite-prepopulatedfs'];

/**
 * Checks that the embedded database can run: its packages are optional peers, which a server-only installation leaves out.
 * `database` is for the message. Throws EMBEDDED_NOT_INSTALLED.
 */
export function assertEngineInstalled(database: string, parent = import.meta.url): void {
  if (missingOf(engine, parent).length > 0) throw notInstalled(database, parent);
}

/**
 * Checks the packages of MikroORM right before it is loaded: all are installed, at one version, and share one copy of its
 * core. `parent` is the URL of a module of the kernel. Throws EMBEDDED_NOT_INSTALLED, MIKRO_ORM_MISMATCH,
 * MIKRO_ORM_DUPLICATE.
 */
export function assertMikroOrmFits(
  { kind, shown }: { readonly kind: 'postgres' | 'pglite'; readonly shown: string },
  parent = import.meta.url,
): void {
  if (kind === 'pglite' && missingOf([...engine, embedded], parent).length > 0) throw notInstalled(shown, parent);
  const names: readonly Peer[] = kind === 'pglite' ? [core, server, embedded] : [core, server];
  const found = names.map((name) => ({ name, installed: installedPackage(name, parent) }));
  const shared = found[0]?.installed ?? null;
  if (shared === null || found.some(({ installed }) => installed?.version !== shared.version)) {
    throw kernelError('MIKRO_ORM_MISMATCH', {
      found: found.map(({ name, installed }) => ({ package: name, version: installed?.version ?? null })),
      install: installLine(names),
    });
  }
  for (const { name, installed } of found.slice(1)) {
    if (installed === null) continue;
    assertSameCore(name, shared, installedPackage(core, moduleIn(installed.directory)));
  }
}

/**
 * Checks that a plugin would import the kernel's copy of MikroORM's core: with two, one knows nothing of the entities of
 * the other. `entry` is the URL of the plugin's module, `parent` that of a module of the kernel. Throws MIKRO_ORM_DUPLICATE.
 */
export function assertSharedMikroOrm(
  plugin: { readonly name: string; readonly package: string },
  entry: string,
  parent = import.meta.url,
): void {
  const shared = installedPackage(core, parent);
  if (shared === null) return;
  assertSameCore(`the plugin "${plugin.name}" (${plugin.package})`, shared, installedPackage(core, entry));
}

function assertSameCore(importer: string, shared: InstalledPackage, other: InstalledPackage | null): void {
  // Without a copy in reach the importer either does not use it, or says so itself when it is imported.
  if (other === null || other.directory === shared.directory) return;
  throw kernelError('MIKRO_ORM_DUPLICATE', {
    importer,
    directory: other.directory,
    version: other.version,
    kernelDirectory: shared.directory,
    kernelVersion: shared.version,
  });
}

function missingOf(names: readonly Peer[], parent: string): readonly Peer[] {
  return names.filter((name) => installedPackage(name, parent) === null);
}

function notInstalled(database: string, parent: string): KernelError {
  const missing = missingOf([...engine, embedded], parent);
  const moved = missing.includes(embedded) && installedPackage(core, parent)?.version !== testedVersions[core];
  return kernelError('EMBEDDED_NOT_INSTALLED', {
    database,
    missing,
    install: installLine(moved ? [...missing, core, server] : missing),
  });
}

function installLine(names: readonly Peer[]): string {
  return `npm install ${names.map((name) => `${name}@${testedVersions[name]}`).join(' ')}`;
}

/** A URL in a package's folder, from which Node looks up what the package imports. */
function moduleIn(directory: string): string {
  return pathToFileURL(join(directory, 'index.js')).href;
}
