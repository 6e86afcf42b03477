import { statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { explainFileError } from '../error/file-error.ts';

const names = [join('config', 'config.json'), 'config.json'];

/**
 * Finds the config file and returns its absolute path. If `config` (`--config`) is given, that is the file. Otherwise
 * it is `config/config.json` or `config.json`, in `cwd` or in the nearest folder above it that has a package.json.
 * Throws CONFIG_NOT_FOUND and CONFIG_UNREADABLE.
 */
export function findConfig(options: { readonly cwd: string; readonly config?: string }): string {
  const { cwd, config } = options;
  const candidates = config === undefined ? usualPlaces(resolve(cwd)) : [resolve(cwd, config)];
  const tried: string[] = [];
  for (const file of candidates) {
    if (isFile(file, cwd)) return file;
    tried.push(file);
  }
  throw kernelError('CONFIG_NOT_FOUND', { given: config ?? null, tried, cwd });
}

function* usualPlaces(cwd: string): Generator<string> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (folder === cwd || exists(join(folder, 'package.json'))) yield* names.map((name) => join(folder, name));
    if (folder === dirname(folder)) return;
  }
}

function exists(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Reports a directory separately, because container runtimes create one if the source of a mount is missing. */
function isFile(file: string, cwd: string): boolean {
  const found = statOf(file, cwd);
  if (found === undefined) return false;
  if (found.isFile()) return true;
  const reason = found.isDirectory() ? 'it is a directory' : 'it is not a regular file';
  throw kernelError('CONFIG_UNREADABLE', { file, cwd, reason });
}

function statOf(file: string, cwd: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw kernelError('CONFIG_UNREADABLE', { file, cwd, reason: explainFileError(error) }, { cause: error });
  }
}
