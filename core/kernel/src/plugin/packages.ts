import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { explainFileError } from '../error/file-error.ts';

/** The maximum size of a package.json, in bytes. */
const sizeLimit = 4 * 1024 * 1024;

/** A package.json. `fields` is unchecked. */
export interface PackageFile {
  /** The package's folder, with symbolic links resolved. */
  readonly directory: string;
  /** Its `name`; the name of the folder if it has none. */
  readonly name: string;
  /** Its `version`; 0.0.0 if it has none. */
  readonly version: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The packages on disk. Each location is examined once. */
export interface Packages {
  /**
   * Returns the folder, with links resolved, in which Node finds the package `name` from `folder` upwards; `null` if
   * there is none.
   */
  readonly find: (name: string, folder: string) => string | null;
  /** Reads the package.json of a folder whose links are resolved. Throws PACKAGE_UNREADABLE. */
  readonly read: (directory: string) => PackageFile;
}

/** Opens a view of the packages on disk. It caches the file system, so use it for loading one plugin set only. */
export function openPackages(): Packages {
  const files = new Map<string, PackageFile>();
  // Keyed by package name, then by folder. Sibling plugins share every folder on the way up except their own.
  const found = new Map<string, Map<string, string | null>>();
  const holders = new Map<string, boolean>();
  const holds = (holder: string): boolean => {
    let there = holders.get(holder);
    if (there === undefined) holders.set(holder, (there = isFolder(holder)));
    return there;
  };
  const find = (name: string, folder: string): string | null => {
    let places = found.get(name);
    if (places === undefined) found.set(name, (places = new Map<string, string | null>()));
    return findFrom(name, folder, places, holds);
  };
  const read = (directory: string): PackageFile => {
    const known = files.get(directory);
    if (known !== undefined) return known;
    const file = readPackageFile(directory);
    files.set(directory, file);
    return file;
  };
  return { find, read };
}

function findFrom(
  name: string,
  folder: string,
  places: Map<string, string | null>,
  holds: (holder: string) => boolean,
): string | null {
  const known = places.get(folder);
  if (known !== undefined) return known;
  // Like Node: a node_modules folder has no node_modules directly inside.
  const own = folder.endsWith(`${sep}node_modules`) ? null : installed(name, `${folder}/node_modules`, holds);
  const above = dirname(folder);
  const found = own ?? (above === folder ? null : findFrom(name, above, places, holds));
  places.set(folder, found);
  return found;
}

/** Most folders on the way up contain no packages, or none of this scope. `holds` finds that out once for all names. */
function installed(name: string, modules: string, holds: (holder: string) => boolean): string | null {
  const scope = name.startsWith('@') ? `/${name.slice(0, name.indexOf('/'))}` : '';
  return holds(`${modules}${scope}`) ? realFolder(`${modules}/${name}`) : null;
}

/** Returns a folder with its links resolved; `null` if it does not exist. */
export function realFolder(place: string): string | null {
  try {
    return isFolder(place) ? realpathSync.native(place) : null;
  } catch {
    return null;
  }
}

function isFolder(place: string): boolean {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

function readPackageFile(directory: string): PackageFile {
  // Not `join`, here and elsewhere in code that runs for each plugin: it would normalize a path that is already normal.
  const file = `${directory}/package.json`;
  const fields = parsed(file, textOf(file));
  const { name, version } = fields;
  return Object.freeze({
    directory,
    name: typeof name === 'string' && name !== '' ? name : basename(directory),
    version: typeof version === 'string' && version !== '' ? version : '0.0.0',
    fields,
  });
}

function textOf(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > sizeLimit) {
      throw kernelError('PACKAGE_UNREADABLE', {
        file,
        reason: `it has ${size} bytes; the limit is ${sizeLimit}`,
      });
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw kernelError('PACKAGE_UNREADABLE', { file, reason: explainFileError(error) }, { cause: error });
  }
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    // npm ignores a byte order mark, which JSON.parse refuses.
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isRecord(json)) return json;
  } catch {
    // Reported below.
  }
  throw kernelError('PACKAGE_UNREADABLE', { file, reason: 'it is not a JSON object' });
}

/** Returns whether `value` is an object and not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
