import { readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';

/** A package as Node finds it on disk. */
export interface InstalledPackage {
  /** The package's folder, with symbolic links resolved. */
  readonly directory: string;
  readonly version: string;
}

/** Finds the package that the module with URL `parent` would import as `name`; `null` if it is not installed. */
export function installedPackage(name: string, parent: string): InstalledPackage | null {
  const file = packageFile(name, parent);
  if (file === null) return null;
  // npm publishes no package without a version.
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return { directory: realpathSync.native(dirname(file)), version };
}

function packageFile(name: string, parent: string): string | null {
  try {
    return findPackageJSON(name, parent) ?? null;
  } catch {
    // ERR_MODULE_NOT_FOUND
    return null;
  }
}
