import { writeFileSync } from 'node:fs';
import { explainFileError } from '@headwater/kernel/internal/errors';
import { lockPath, lockText, readLock, type RevisionsLock } from '@headwater/kernel/internal/plugins';
import { devError } from '../error/dev-codes.ts';

/** A record of declared objects that was written. */
export interface WrittenRecord {
  /** The lock file; `null` if it had the same record already. */
  readonly file: string | null;
  /** Writes the earlier lock again. */
  readonly undo: () => void;
}

/**
 * Writes the record of the objects that the entities of the plugin in `directory` declare into its lock file. Throws
 * REVISION_FILE_UNWRITABLE and REVISIONS_LOCK_INVALID.
 */
export function writeRecord(directory: string, declared: readonly string[]): WrittenRecord {
  const before = readLock(directory);
  if (isSameRecord(before.declared, declared)) return { file: null, undo: () => {} };
  const file = writeLock(directory, { ...before, declared });
  return { file, undo: () => void writeLock(directory, before) };
}

/** Whether two records have the same lines. Their order does not count. */
export function isSameRecord(a: readonly string[] | null, b: readonly string[]): boolean {
  return a !== null && new Set(a).symmetricDifference(new Set(b)).size === 0;
}

/** Writes a lock file and returns its path. Throws REVISION_FILE_UNWRITABLE. */
export function writeLock(directory: string, lock: RevisionsLock): string {
  const file = lockPath(directory);
  try {
    writeFileSync(file, lockText(lock));
    return file;
  } catch (error) {
    throw devError('REVISION_FILE_UNWRITABLE', { file, reason: explainFileError(error) }, { cause: error });
  }
}
