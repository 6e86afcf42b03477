import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The running kernel: the version to check plugins' peer ranges against, and the location of this copy. */
export interface KernelPackage {
  readonly version: string;
  /** The package's folder. */
  readonly directory: string;
}

/** Reads this package's own package.json, which is next to both `src` and `dist`. */
export function kernelPackage(): KernelPackage {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url));
  // This is our own file: the build guarantees its shape.
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { version, directory: dirname(file) };
}
