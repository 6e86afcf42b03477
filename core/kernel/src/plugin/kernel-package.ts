import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The running kernel: what plugins' peer ranges are held against, and which copy of it this is. */
export interface KernelPackage {
  readonly version: string;
  /** The package's folder. */
  readonly directory: string;
}

/** Reads this package's own package.json, which lies beside `src` and `dist` alike. */
export function kernelPackage(): KernelPackage {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url));
  // Our own file: its shape is held by the build.
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { version, directory: dirname(file) };
}
