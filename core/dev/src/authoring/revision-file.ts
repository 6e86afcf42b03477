import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isKernelError, explainFileError } from '@headwater/kernel/internal/errors';
import { isSlug } from '@headwater/kernel/internal/graph';
import { openPackages, readPluginFields, type Plugin } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';

/** The minimum number of digits in a revision's number. */
const digits = 4;
/** The maximum length of a slug. */
const longestSlug = 100;
/** The error codes of file systems without hard links. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK']);
const contractDoor = '@headwater/kernel/plugin';

/**
 * Returns the id of the next revision of a plugin. Throws REVISION_SLUG_INVALID if the words do not form a valid slug.
 */
export function nextRevisionId({ name, revisions }: Plugin, words: string): string {
  const slugs = revisions.map(({ slug }) => slug);
  return `${name}@${nextSlug(slugs, words)}`;
}

/** Returns the slug from a revision's id. The slug is also the name of its file. */
export function slugOf(id: string): string {
  return id.slice(id.indexOf('@') + 1);
}

/**
 * Returns the slug of the next revision of a branch, like `0003_count_on_object`: a number higher than all numbers in
 * `existing`, followed by `words`. Throws REVISION_SLUG_INVALID if the words do not form a valid slug.
 */
export function nextSlug(existing: Iterable<string>, words: string): string {
  let greatest = 0n;
  for (const slug of existing) {
    const number = BigInt(/^\d+/.exec(slug)?.[0] ?? 0);
    if (number > greatest) greatest = number;
  }
  return slugFrom(String(greatest + 1n).padStart(digits, '0'), words);
}

/** Returns a slug of a number and words. Throws REVISION_SLUG_INVALID if they do not form a valid one. */
export function slugFrom(number: string, words: string): string {
  const name = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  const slug = number === '' ? name : `${number}_${name}`;
  if (name === '' || !isSlug(slug)) {
    const shortened = slug.slice(0, longestSlug).replace(/_[^_]*$/, '');
    const example = name === '' ? `${slug}add_votes` : shortened;
    throw devError('REVISION_SLUG_INVALID', { words, slug, length: slug.length, longest: longestSlug, example });
  }
  return slug;
}

/** Returns the folder of a plugin's revision files. Throws PLUGIN_NOT_FROM_SOURCES for an installed package. */
export function revisionFolder(plugin: Plugin): string {
  const { name, package: packageName, version, directory, from } = plugin;
  if (from === 'built') {
    throw devError('PLUGIN_NOT_FROM_SOURCES', { plugin: name, package: packageName, version, directory });
  }
  return readPluginFields(openPackages().read(directory)).migrations;
}

/**
 * Returns the module from which the plugin's latest revision file imports `defineRevision`. Default: the contract door.
 */
export function importSpecifierOf({ revisions, from }: Pick<Plugin, 'revisions' | 'from'>): string {
  const file = from === 'sources' ? revisions.at(-1)?.file : undefined;
  if (file === undefined) return contractDoor;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return contractDoor;
  }
  return /^import\s*\{[^}]*\bdefineRevision\b[^}]*\}\s*from\s*(['"])(.+?)\1/m.exec(text)?.[2] ?? contractDoor;
}

/**
 * Writes the file of a new revision, and creates its folder if necessary. The file is written completely or not at all,
 * and never replaces an existing file. Returns its path. Throws REVISION_FILE_EXISTS, REVISION_FILE_UNWRITABLE.
 */
export function writeRevisionFile(folder: string, slug: string, text: string): string {
  const file = join(folder, `${slug}.ts`);
  // In the same folder, so on the same file system, but under a name that is not recognized as a revision.
  const draft = join(folder, `.${slug}.${randomBytes(6).toString('hex')}.draft`);
  const made = makeFolder(folder);
  let written = false;
  try {
    writeFileSync(draft, text, { flag: 'wx', flush: true });
    moveIfAbsent(draft, file);
    written = true;
    return file;
  } catch (error) {
    if (isKernelError(error)) throw error;
    throw devError('REVISION_FILE_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
  } finally {
    remove(draft);
    if (!written && made !== undefined) removeFolders(folder, made);
  }
}

/** Returns the topmost folder that was created. */
function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw devError('REVISION_FILE_UNWRITABLE', { file: folder, reason: explainFileError(error) }, { cause: error });
  }
}

/** Moves a file through a hard link, which is as atomic as a rename but never replaces an existing file. */
function moveIfAbsent(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw devError('REVISION_FILE_EXISTS', { file }, { cause: error });
    // Not every file system supports hard links.
    if (!noLinks.has(codeOf(error))) throw error;
    copyFileSync(draft, file, constants.COPYFILE_EXCL);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // If the file could not be written, it may not be removable either. The refusal gives the reason.
  }
}

/** Removes the empty folders from `folder` up to `made`. */
function removeFolders(folder: string, made: string): void {
  try {
    for (let at = folder; ; at = dirname(at)) {
      rmdirSync(at);
      if (at === made) return;
    }
  } catch {
    // Another process has written a file there.
  }
}

/**
 * Writes the files of several new revisions: all or none. Returns their paths. Throws the same errors as {@link
 * writeRevisionFile}.
 */
export function writeRevisionFiles(
  folder: string,
  revisions: readonly { readonly slug: string; readonly text: string }[],
): readonly string[] {
  const written: string[] = [];
  let made: string | undefined;
  try {
    made = makeFolder(folder);
    for (const { slug, text } of revisions) written.push(writeRevisionFile(folder, slug, text));
    return written;
  } catch (error) {
    written.forEach(remove);
    if (made !== undefined) removeFolders(folder, made);
    throw error;
  }
}
