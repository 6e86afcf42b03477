import { join, posix } from 'node:path';
import { manifestPath, type Manifest, type PackageFile } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';
import type { UnpackedPackage } from './unpacked-package.ts';

/** A file that something in a package names. */
interface NamedFile {
  /** The place that names it, for messages. */
  readonly by: string;
  /** Relative to the package; may contain a star. */
  readonly path: string;
}

/**
 * Checks that the tarball has every file that its package.json and its manifest name. Throws PLUGIN_VERIFY_FILE_MISSING.
 */
export function assertFiles(
  plugin: string,
  { fields }: PackageFile,
  manifest: Manifest,
  { files }: UnpackedPackage,
): void {
  const named: readonly NamedFile[] = [
    { by: 'the kernel', path: manifestPath },
    ...targetsIn(fields['exports'], 'exports'),
    ...['main', 'module', 'types', 'typings', 'bin'].flatMap((field) => targetsIn(fields[field], field)),
    ...manifest.revisions.flatMap(({ id, up, down }) =>
      [up, down].flatMap((body) =>
        typeof body === 'object' ? [{ by: id, path: posix.join(posix.dirname(manifestPath), body.module) }] : [],
      ),
    ),
  ];
  const missing = named.find(({ path }) => !files.some((file) => matches(file, path)));
  if (missing !== undefined) throw devError('PLUGIN_VERIFY_FILE_MISSING', { plugin, ...missing });
}

/** Returns the files in a value of package.json, with the keys that lead to them. */
function targetsIn(value: unknown, by: string): readonly NamedFile[] {
  if (typeof value === 'string') return [{ by: `package.json at ${by}`, path: join(value).replaceAll('\\', '/') }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => targetsIn(inner, `${by}[${JSON.stringify(key)}]`));
}

function matches(file: string, path: string): boolean {
  const [start = '', end] = path.split('*');
  if (end === undefined) return file === path || ['.js', '/index.js'].some((suffix) => file === `${path}${suffix}`);
  return file.startsWith(start) && file.endsWith(end) && file.length >= start.length + end.length;
}
