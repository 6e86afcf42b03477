import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError } from '@headwater/kernel/internal/errors';
import { devError } from '../error/dev-codes.ts';

/** The export condition that points to sources. A tarball does not contain them. */
const condition = 'headwater-source';

/**
 * Removes the condition `headwater-source` from the package.json in `directory`, so that the packed file names no
 * file that the tarball lacks. The original is kept as `package.json.orig`, which npm never packs. Running it again
 * changes nothing. Throws PLUGIN_PACK_INTERRUPTED, PLUGIN_BUILD_UNWRITABLE.
 */
export function removeSourceCondition(directory: string): void {
  const { file, original, text, saved } = readFiles(directory);
  const packed = withoutCondition(text);
  if (packed === text) {
    // This is what an interrupted pack leaves behind, unless the file has been edited since.
    if (saved !== null && withoutCondition(saved) !== text) throw interrupted(file, original);
    return;
  }
  write(original, text, original);
  write(file, packed, original);
}

/**
 * Restores the package.json that {@link removeSourceCondition} changed, byte for byte. Changes nothing if there is
 * nothing to restore. Throws PLUGIN_PACK_INTERRUPTED, PLUGIN_BUILD_UNWRITABLE.
 */
export function restoreSourceCondition(directory: string): void {
  const { file, original, text, saved } = readFiles(directory);
  if (saved === null) return;
  const hasCondition = withoutCondition(text) !== text;
  if (!hasCondition && withoutCondition(saved) !== text) throw interrupted(file, original);
  try {
    if (hasCondition) rmSync(original);
    else renameSync(original, file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

interface Files {
  readonly file: string;
  readonly original: string;
  readonly text: string;
  /** The text of `original`; `null` if there is none. */
  readonly saved: string | null;
}

function readFiles(directory: string): Files {
  const [file, original] = [join(directory, 'package.json'), join(directory, 'package.json.orig')];
  const saved = existsSync(original) ? readFileSync(original, 'utf8') : null;
  return { file, original, text: readFileSync(file, 'utf8'), saved };
}

/** Removes the condition from the text of a package.json. Returns the text unchanged if it has no such condition. */
export function withoutCondition(text: string): string {
  const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
  const exported = isObject(json) ? json['exports'] : undefined;
  const kept = pruned(exported);
  if (!isObject(json) || JSON.stringify(kept) === JSON.stringify(exported)) return text;
  const indent = /^[\t ]+(?=")/m.exec(text)?.[0] ?? '';
  const end = /\s*$/.exec(text)?.[0] ?? '';
  return `${JSON.stringify({ ...json, exports: kept }, null, indent)}${end}`;
}

function pruned(exported: unknown): unknown {
  if (Array.isArray(exported)) return exported.map(pruned);
  if (!isObject(exported)) return exported;
  const entries = Object.entries(exported).filter(([key]) => key !== condition);
  return Object.fromEntries(entries.map(([key, target]) => [key, pruned(target)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces a file in one step, so that an interruption leaves either the old text or the new one. */
function write(file: string, text: string, original: string): void {
  const draft = original.replace(/\.orig$/, '.new.orig');
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): Error {
  return devError('PLUGIN_BUILD_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
}

function interrupted(file: string, original: string): Error {
  return devError('PLUGIN_PACK_INTERRUPTED', { file, original });
}
