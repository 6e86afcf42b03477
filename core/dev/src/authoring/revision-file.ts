import { devError } from '../error/dev-codes.ts';
import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isKernelError, isSlug, openPackages, pluginFields, systemReason, type Plugin } from '@headwater/kernel/internal';

/** Digits of a revision's number, at least. */
const digits = 4;
/** Characters of a slug, at most. */
const longestSlug = 100;
/** What a file system without links says. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK']);
const contractDoor = '@headwater/kernel/plugin';

/**
 * The slug of the next revision of a branch: `words` after a number above those of `existing`, like
 * `0003_count_on_object`. Throws REVISION_SLUG_INVALID where no slug comes of the words.
 */
export function nextSlug(existing: Iterable<string>, words: string): string {
  let greatest = 0n;
  for (const slug of existing) {
    const number = BigInt(/^\d+/.exec(slug)?.[0] ?? 0);
    if (number > greatest) greatest = number;
  }
  const name = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  const slug = `${String(greatest + 1n).padStart(digits, '0')}_${name}`;
  if (name === '' || !isSlug(slug)) {
    const shortened = slug.slice(0, longestSlug).replace(/_[^_]*$/, '');
    const example = name === '' ? `${slug}add_votes` : shortened;
    throw devError('REVISION_SLUG_INVALID', { words, slug, length: slug.length, longest: longestSlug, example });
  }
  return slug;
}

/** Where the files of a plugin's revisions are. Throws PLUGIN_NOT_FROM_SOURCES where they came with an installed package. */
export function revisionFolder(plugin: Plugin): string {
  const { name, package: packageName, version, directory, from } = plugin;
  if (from === 'built') {
    throw devError('PLUGIN_NOT_FROM_SOURCES', { plugin: name, package: packageName, version, directory });
  }
  return pluginFields(openPackages().read(directory)).migrations;
}

/** The module that the latest revision file of a plugin has `defineRevision` from; the contract door where none says. */
export function importFromOf({ revisions, from }: Pick<Plugin, 'revisions' | 'from'>): string {
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
 * Writes the file of a new revision, and makes its folder where there is none. Whole or not at all; an existing file is
 * never touched. Gives its path. Throws REVISION_FILE_EXISTS, REVISION_FILE_UNWRITABLE.
 */
export function writeRevisionFile(folder: string, slug: string, text: string): string {
  const file = join(folder, `${slug}.ts`);
  // Beside it, so that the two are on one file system; no name that would be read as a revision.
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
    throw devError('REVISION_FILE_UNWRITABLE', { file, reason: systemReason(error) }, { cause: error });
  } finally {
    remove(draft);
    if (!written && made !== undefined) removeFolders(folder, made);
  }
}

/** Gives the uppermost folder that had to be made. */
function makeFolder(folder: string): string | undefined {
  try {
    return mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw devError('REVISION_FILE_UNWRITABLE', { file: folder, reason: systemReason(error) }, { cause: error });
  }
}

/** A rename would replace what is there; a link does not, and is as atomic. */
function moveIfAbsent(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw devError('REVISION_FILE_EXISTS', { file }, { cause: error });
    // Not every file system has links.
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
    // What could not be written may not be removed either; the refusal says why.
  }
}

/** From `folder` up to `made`, as far as they are empty. */
function removeFolders(folder: string, made: string): void {
  try {
    for (let at = folder; ; at = dirname(at)) {
      rmdirSync(at);
      if (at === made) return;
    }
  } catch {
    // Somebody else has put something there.
  }
}

/** Writes the files of several new revisions: all of them or none. Gives their paths. Throws like {@link writeRevisionFile}. */
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
