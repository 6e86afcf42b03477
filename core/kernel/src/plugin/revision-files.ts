import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DefinedRevision } from '../contract/define-revision.ts';
import { shortMessage } from '../error/short-message.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { explainFileError } from '../error/file-error.ts';
import { resolveSources } from '../runtime/source-condition.ts';
import { openDeadline } from './deadline.ts';
import { isRecord } from './packages.ts';
import { checkRevision } from './revision-check.ts';
import type { Revision } from './revision.ts';
import type { PluginFields } from './plugin-fields.ts';

/** The file names that Node can import as revisions, excluding declaration files and adjacent tests. */
const revisionFile = /^(?!.*\.(?:d|test|spec)\.[mc]?[jt]s$)(.+)\.(?:ts|mts|js|mjs)$/;

/** The time limit for importing a plugin's revision files, in seconds. */
const importLimit = 30;

/**
 * Imports the revision files of a plugin that runs from its sources, in order of file name, and none of its other code.
 * Throws PLUGIN_FIELD_INVALID, REVISION_FILE_UNLOADABLE, REVISION_EXPORT_INVALID, REVISION_DUPLICATE, and the errors of
 * {@link checkRevision}.
 */
export async function loadRevisionFiles(plugin: PluginFields): Promise<readonly Revision[]> {
  const names = namesIn(plugin);
  if (names.length === 0) return [];
  await resolveSources();
  const deadline = openDeadline(importLimit);
  // All imports start at once. If several fail, the error of the first file by name is reported.
  const imports = names.map(({ file }) => Promise.race([importFile(file), deadline.passed]));
  const modules = await Promise.allSettled(imports).finally(deadline.close);
  const revisions = names.map(({ file, slug }, i) => {
    const module = modules[i];
    if (module?.status !== 'fulfilled') throw unloadable(plugin.name, file, module?.reason);
    const revision = checkRevision(revisionIn(module.value, plugin.name, file), plugin.name, slug, file);
    assertUtf8(revision);
    return revision;
  });
  assertDistinct(revisions);
  return Object.freeze(revisions);
}

interface RevisionFile {
  readonly file: string;
  readonly slug: string;
}

function namesIn(plugin: PluginFields): readonly RevisionFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(plugin.migrations).toSorted();
  } catch (error) {
    // A plugin without revisions may lack the usual folder, but not a folder that its package.json names.
    if (!plugin.ownMigrations && isMissing(error)) return [];
    const file = join(plugin.file.directory, 'package.json');
    const problem = `names ${plugin.migrations}: ${explainFileError(error)}`;
    const details = { package: plugin.file.name, file, field: 'headwater.migrations', problem };
    throw kernelError('PLUGIN_FIELD_INVALID', details, { cause: error });
  }
  return names.flatMap((name) => {
    const slug = revisionFile.exec(name)?.[1];
    return slug === undefined ? [] : [{ file: join(plugin.migrations, name), slug }];
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function importFile(file: string): Promise<unknown> {
  const module: unknown = await import(pathToFileURL(file).href);
  return module;
}

/** Checks that a file was UTF-8 if Node has replaced a character of its SQL, as it does with invalid ones. */
function assertUtf8({ plugin, file, up, down }: Revision): void {
  const isReplaced = [up, down].some((body) => body?.kind === 'sql' && body.text.includes('\ufffd'));
  if (isReplaced && !isUtf8(readFileSync(file))) throw unloadable(plugin, file, new Error('it is not UTF-8'));
}

function unloadable(plugin: string, file: string, cause: unknown): KernelError {
  return kernelError('REVISION_FILE_UNLOADABLE', { plugin, file, reason: shortMessage(cause) }, { cause });
}

/** Returns the default export of a module if defineRevision made it. Throws REVISION_EXPORT_INVALID. */
export function revisionIn(module: unknown, plugin: string, file: string): DefinedRevision {
  const exported = isRecord(module) ? module['default'] : undefined;
  // Only defineRevision sets `kind`.
  if (isRecord(exported) && exported['kind'] === 'revision') return exported as unknown as DefinedRevision;
  const problem = isRecord(module) ? mistakeIn(module, exported) : 'it is not a module';
  throw kernelError('REVISION_EXPORT_INVALID', { plugin, file, problem });
}

function mistakeIn(module: Readonly<Record<string, unknown>>, exported: unknown): string {
  const names = Object.keys(module).filter((name) => name !== 'default');
  const named = names.find((name) => isRecord(module[name]) && module[name]['kind'] === 'revision');
  if (exported === undefined && named !== undefined) return `it exports "${named}" by name, not by default`;
  if (isRecord(exported) && exported['kind'] === 'plugin')
    return 'it exports a plugin; this folder is for revisions only';
  if (isRecord(exported) && 'up' in exported) return 'it exports a plain object; pass it to defineRevision';
  if (typeof exported === 'function') {
    return /^class\b/.test(String(exported))
      ? 'it exports a class'
      : 'it exports a function; pass it to defineRevision as `up`';
  }
  if (exported !== undefined) return 'its default export is not created by defineRevision';
  if (names.includes('up')) return 'it exports `up` by name, as migrations of other tools do';
  return names.length === 0 ? 'it exports nothing' : 'it has no default export';
}

function assertDistinct(revisions: readonly Revision[]): void {
  const files = new Map<string, string>();
  for (const { id, file } of revisions) {
    const other = files.get(id);
    if (other !== undefined) throw kernelError('REVISION_DUPLICATE', { id, files: [other, file] });
    files.set(id, file);
  }
}
