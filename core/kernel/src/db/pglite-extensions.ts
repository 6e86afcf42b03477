import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Extension, PGlite } from '@electric-sql/pglite';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { contentOf, readArchive } from './archive.ts';
import { filesOf, type EngineFiles } from './pglite-files.ts';

/**
 * The extensions of an embedded database. PGlite's own API accepts extensions only when an engine starts, but the
 * revisions that create them are not known at that time. Their files are therefore added to the running engine, in the
 * same way as PGlite adds them at startup.
 */
export interface PgliteExtensions {
  /** Returns the unavailable extensions that `text` seems to create, including any in comments and string constants. */
  readonly missingIn: (text: string) => Promise<readonly string[]>;
  /** Loads the available extensions that `text` creates, even in comments and constants, such as `do` blocks. */
  readonly loadFor: (text: string) => Promise<void>;
}

/** Returns the file that lists the extensions that a directory needs. Writes to its indexes fail without them. */
export function extensionsFile(directory: string): string {
  return `${directory}.extensions`;
}

/**
 * Opens the extensions of a newly started engine, and loads those that its directory needs. Throws
 * EMBEDDED_EXTENSION_MISSING.
 */
export async function openExtensions(
  engine: PGlite,
  directory: string | null,
  shown: string,
): Promise<PgliteExtensions> {
  const files = filesOf(engine);
  const file = directory === null ? null : extensionsFile(directory);
  const needed = new Set(file === null ? [] : readNames(file));
  const missing = (extension: string, unfit: string | null): KernelError => {
    const details = { database: shown, extension, unfit, revision: null, applied: null };
    return kernelError('EMBEDDED_EXTENSION_MISSING', details);
  };
  const load = async (name: string): Promise<void> => {
    if (isLoaded(files, name)) return;
    const archive = await archiveOf(engine, name);
    if (archive === null) return;
    const unfit = await addFiles(files, archive);
    if (unfit !== null) throw missing(name, unfit);
    for (const required of requirementsOf(files, name)) await load(required);
  };
  for (const extension of needed) {
    await load(extension);
    if (!isLoaded(files, extension)) throw missing(extension, null);
  }
  return {
    async missingIn(text) {
      const unavailable: string[] = [];
      for (const name of namesIn(text)) {
        if (!isLoaded(files, name) && (await archiveOf(engine, name)) === null) unavailable.push(name);
      }
      return unavailable;
    },
    async loadFor(text) {
      for (const name of namesIn(text)) {
        if (isLoaded(files, name) || (await archiveOf(engine, name)) === null) continue;
        await load(name);
        // Update the list before the extension is created, since a directory with an unlisted extension is unusable.
        if (file !== null) writeNames(file, needed.add(name));
      }
    },
  };
}

/** Returns the extensions of an engine to which the kernel adds none. */
export function givenExtensions(engine: PGlite): PgliteExtensions {
  const files = filesOf(engine);
  return {
    missingIn: async (text) => namesIn(text).filter((name) => !isLoaded(files, name)),
    loadFor: async () => {},
  };
}

function readNames(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const names: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new Error(`${file} is not a JSON list of names of extensions`);
}

/** Replaces the file atomically, since a crash in the middle of a write would leave half a list. */
function writeNames(file: string, names: ReadonlySet<string>): void {
  writeFileSync(`${file}.new`, `${JSON.stringify([...names].toSorted())}\n`, { flush: true });
  renameSync(`${file}.new`, file);
}

/** White space and comments between two words. */
const gap = String.raw`(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)+`;

const creation = new RegExp(
  String.raw`\bcreate${gap}extension${gap}(?:if${gap}not${gap}exists${gap})?(?:"([^"]+)"|([a-z_]\w*))`,
  'gi',
);

/**
 * Returns the names after `create extension` anywhere in a text, including function bodies and comments. If only a
 * comment names an extension, it is loaded needlessly, which takes 10 ms and has no other effect.
 */
function namesIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(creation), ([, quoted, bare = '']) => quoted ?? bare.toLowerCase()))];
}

/** The folder of PGlite's own files in an engine. */
const root = '/pglite';

function controlFile(name: string): string {
  return `${root}/share/postgresql/extension/${name}.control`;
}

/** Whether the engine has the files of an extension. It always has those of `plpgsql`. */
function isLoaded(files: EngineFiles, name: string): boolean {
  return files.analyzePath(controlFile(name)).exists;
}

function requirementsOf(files: EngineFiles, name: string): readonly string[] {
  if (!isLoaded(files, name)) return [];
  const control = files.readFile(controlFile(name), { encoding: 'utf8' });
  const [, names = ''] = /^\s*requires\s*=\s*'([^']*)'/m.exec(control) ?? [];
  return names.split(',').flatMap((required) => (required.trim() === '' ? [] : [required.trim()]));
}

/** Returns the path of an extension's files; `null` if no installed package has them. */
async function archiveOf(engine: PGlite, name: string): Promise<string | null> {
  if (!/^[a-z][\w-]*$/.test(name)) return null;
  const { resolve } = createRequire(import.meta.url);
  // An extension is a module of PGlite or a separate package, which has the prefix `pglite-pg` for pgvector (`vector`).
  const identifier = name.replaceAll('-', '_');
  const modules = ['pglite/contrib/', 'pglite-', 'pglite-pg'].map((prefix) => `@electric-sql/${prefix}${identifier}`);
  for (const module of modules) {
    try {
      resolve(module);
    } catch {
      // MODULE_NOT_FOUND, or a package that has no such export
      continue;
    }
    const extension = ((await import(module)) as Readonly<Record<string, Extension | undefined>>)[identifier];
    // An extension that must be loaded when the server starts cannot be added to a running engine.
    const { bundlePath, sharedPreloadLibraries = [] } = (await extension?.setup(engine, {})) ?? {};
    if (bundlePath !== undefined && sharedPreloadLibraries.length === 0) return fileURLToPath(bundlePath);
  }
  return null;
}

/**
 * Adds the files of an extension. Returns `null` on success. If the engine cannot load a library, returns its name. The
 * package may have been built for another version of PGlite.
 */
async function addFiles(files: EngineFiles, archive: string): Promise<string | null> {
  const entries = await readArchive(readFileSync(archive));
  // Libraries (lib/) come first. If one does not load, the control file is not added and the extension is unavailable.
  for (const { name, isFolder, ...entry } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { dir, base } = posix.parse(posix.join(root, name));
    if (isFolder || base.startsWith('.')) continue;
    files.mkdirTree(dir);
    if (base.endsWith('.so')) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const end = (loaded: boolean) => () => resolve(loaded);
      files.createPreloadedFile(dir, base, contentOf(entry), true, true, end(true), end(false));
      if (!(await promise)) return base;
    } else files.writeFile(`${dir}/${base}`, contentOf(entry));
  }
  return null;
}
