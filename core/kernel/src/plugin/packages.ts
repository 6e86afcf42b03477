import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { KernelError } from '../error/kernel-error.ts';
import { systemReason } from '../error/system-reason.ts';

/** The most that a package.json may have, in bytes. */
const sizeLimit = 4 * 1024 * 1024;

/** What a package.json says, as far as anybody here asks. Nothing in `fields` is checked. */
export interface PackageFile {
  /** The package's folder, with symbolic links resolved. */
  readonly directory: string;
  /** Its `name`; the folder's where it gives none. */
  readonly name: string;
  /** Its `version`; 0.0.0 where it gives none. */
  readonly version: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Packages on disk, each place looked at once. */
export interface Packages {
  /** The folder, links resolved, that Node finds for the package `name` from `folder` upwards; `null` if none. */
  readonly find: (name: string, folder: string) => string | null;
  /** Reads the package.json of a folder whose links are resolved. Throws PACKAGE_UNREADABLE. */
  readonly read: (directory: string) => PackageFile;
}

/** Looks at the file system for as long as one plugin set is being loaded. */
export function openPackages(): Packages {
  const files = new Map<string, PackageFile>();
  // By package name, then by folder: plugins side by side share all of the way up but their own folder.
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
  // As Node does: there is no node_modules directly inside a node_modules.
  const own = folder.endsWith(`${sep}node_modules`) ? null : installed(name, `${folder}/node_modules`, holds);
  const above = dirname(folder);
  const found = own ?? (above === folder ? null : findFrom(name, above, places, holds));
  places.set(folder, found);
  return found;
}

/** Most of the folders on the way up hold no package at all, or none of that scope, which is seen once for all names. */
function installed(name: string, modules: string, holds: (holder: string) => boolean): string | null {
  const scope = name.startsWith('@') ? `/${name.slice(0, name.indexOf('/'))}` : '';
  return holds(`${modules}${scope}`) ? realFolder(`${modules}/${name}`) : null;
}

/** A folder with its links resolved; `null` where there is none. */
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
  // Not `join`, here and in what else runs once a plugin: it walks through every letter of what is a clean path already.
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
        reason: `it has ${size} bytes, at most ${sizeLimit} are read`,
      });
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw kernelError('PACKAGE_UNREADABLE', { file, reason: systemReason(error) }, { cause: error });
  }
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    if (isRecord(json)) return json;
  } catch {
    // Said below.
  }
  throw kernelError('PACKAGE_UNREADABLE', { file, reason: 'it is not a JSON object' });
}

/** Whether `value` is an object with keys, and not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
