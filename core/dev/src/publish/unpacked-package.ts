import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unpackTarball } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';

/** A package as npm publishes it. */
export interface UnpackedPackage {
  readonly tarball: string;
  /** The folder with its files. */
  readonly directory: string;
  /** Their paths, with slashes, sorted. */
  readonly files: readonly string[];
}

/** Unpacks a tarball into the new folder `directory`. Throws PLUGIN_VERIFY_TARBALL if it is none. */
export async function unpack(tarball: string, directory: string): Promise<UnpackedPackage> {
  try {
    await unpackTarball(tarball, directory);
  } catch (error) {
    throw devError('PLUGIN_VERIFY_TARBALL', { tarball, problem: 'it cannot be unpacked' }, { cause: error });
  }
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(directory, path)).isFile());
  return { tarball, directory, files: files.map((path) => path.replaceAll('\\', '/')).toSorted() };
}

/** Checks that a tarball contains exactly the files that npm packs now. Throws PLUGIN_VERIFY_TARBALL. */
export function assertSameFiles(given: UnpackedPackage, packed: UnpackedPackage): void {
  const refuse = (problem: string): Error =>
    devError('PLUGIN_VERIFY_TARBALL', {
      tarball: given.tarball,
      problem: `${problem}, compared with what npm packs now`,
    });
  const own = new Set(given.files);
  for (const path of packed.files) {
    if (!own.has(path)) throw refuse(`it lacks ${path}`);
    if (!contentOf(given, path).equals(contentOf(packed, path))) throw refuse(`it has another ${path}`);
  }
  const expected = new Set(packed.files);
  const extra = given.files.find((path) => !expected.has(path));
  if (extra !== undefined) throw refuse(`it has the additional file ${extra}`);
}

function contentOf({ directory }: UnpackedPackage, path: string): Buffer {
  return readFileSync(join(directory, path));
}
