import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { installedPackage, type InstalledPackage } from './installed-package.ts';

const core = '@mikro-orm/core';
const server = '@mikro-orm/postgresql';
const embedded = '@mikro-orm/pglite';

/**
 * The packages that the kernel shares with the application, at the versions that it is tested with. Errors name these
 * versions because they are known to work together: each MikroORM package requires the core at exactly its own version,
 * and not every package is published at every version. docs/decisions/peers.md explains which of them are peers, and
 * why.
 */
export const testedVersions = {
  '@electric-sql/pglite': '0.5.8',
  '@electric-sql/pglite-prepopulatedfs': '0.5.8',
  [core]: '7.2.1',
  [server]: '7.2.1',
  [embedded]: '7.2.1',
} as const;

type SharedPackage = keyof typeof testedVersions;

const engine: readonly SharedPackage[] = ['@electric-sql/pglite', '@electric-sql/pglite-prepopulatedfs'];

const embeddedPackages: readonly SharedPackage[] = [...engine, embedded];

/**
 * Checks that the packages of the embedded database are installed: a server-only installation omits them. `database` is
 * for the message, and `parent` is the URL of a kernel module. Throws EMBEDDED_NOT_INSTALLED.
 */
export function assertEngineInstalled(database: string, parent = import.meta.url): void {
  if (engine.some((name) => isMissing(name, parent))) throw notInstalled(database, parent);
}

/**
 * Checks the packages of MikroORM right before it is loaded: all of them must be installed, have the same version and
 * share one copy of its core. `parent` is the URL of a module of the kernel. Throws EMBEDDED_NOT_INSTALLED,
 * MIKRO_ORM_MISMATCH, MIKRO_ORM_DUPLICATE.
 */
export function assertMikroOrmFits(
  { kind, shown }: { readonly kind: 'postgres' | 'pglite'; readonly shown: string },
  parent = import.meta.url,
): void {
  if (kind === 'pglite' && embeddedPackages.some((name) => isMissing(name, parent))) {
    throw notInstalled(shown, parent);
  }
  const names: readonly SharedPackage[] = kind === 'pglite' ? [core, server, embedded] : [core, server];
  const found = names.map((name) => ({ name, installed: installedPackage(name, parent) }));
  const shared = found[0]?.installed ?? null;
  if (shared === null || found.some(({ installed }) => installed?.version !== shared.version)) {
    throw kernelError('MIKRO_ORM_MISMATCH', {
      found: found.map(({ name, installed }) => ({ package: name, version: installed?.version ?? null })),
      install: installLine(names),
    });
  }
  for (const { name, installed } of found) {
    if (installed === null || name === core) continue;
    assertSameCore(name, shared, installedPackage(core, moduleIn(installed.directory)));
  }
}

/**
 * Checks that a plugin, and the decorators that it would import, use the kernel's copy of MikroORM's core: with two copies,
 * neither knows the entities of the other. `entry` is the URL of the plugin's module, `parent` that of a module of the kernel. Throws MIKRO_ORM_DUPLICATE.
 */
export function assertSharedMikroOrm(
  plugin: { readonly name: string; readonly package: string },
  entry: string,
  parent = import.meta.url,
): void {
  const shared = installedPackage(core, parent);
  if (shared === null) return;
  const importer = `the plugin "${plugin.name}" (${plugin.package})`;
  assertSameCore(importer, shared, installedPackage(core, entry));
  const decorators = installedPackage('@mikro-orm/decorators', entry);
  if (decorators === null) return;
  const ofDecorators = installedPackage(core, moduleIn(decorators.directory));
  assertSameCore(`@mikro-orm/decorators of ${importer}`, shared, ofDecorators);
}

function assertSameCore(importer: string, shared: InstalledPackage, other: InstalledPackage | null): void {
  // If the importer finds no copy, it does not use MikroORM, or its import will fail with a message of its own.
  if (other === null || other.directory === shared.directory) return;
  throw kernelError('MIKRO_ORM_DUPLICATE', {
    importer,
    directory: other.directory,
    version: other.version,
    kernelDirectory: shared.directory,
    kernelVersion: shared.version,
  });
}

/** Accepts any version of MikroORM's driver, because a separate check compares it with the version of the core. */
function isMissing(name: SharedPackage, parent: string): boolean {
  const installed = installedPackage(name, parent);
  return installed === null || (name !== embedded && installed.version !== testedVersions[name]);
}

function notInstalled(database: string, parent: string): KernelError {
  const missing = embeddedPackages.filter((name) => isMissing(name, parent));
  const otherCore = missing.includes(embedded) && installedPackage(core, parent)?.version !== testedVersions[core];
  return kernelError('EMBEDDED_NOT_INSTALLED', {
    database,
    missing: missing.map((name) => ({
      package: name,
      version: testedVersions[name],
      found: installedPackage(name, parent)?.version ?? null,
    })),
    install: installLine(otherCore ? [...missing, core, server] : missing),
  });
}

function installLine(names: readonly SharedPackage[]): string {
  return `npm install ${names.map((name) => `${name}@${testedVersions[name]}`).join(' ')}`;
}

/** Returns a URL in a package's folder, from which Node looks up the package's imports. */
function moduleIn(directory: string): string {
  return pathToFileURL(join(directory, 'index.js')).href;
}
