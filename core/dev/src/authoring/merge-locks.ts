import { existsSync, readFileSync } from 'node:fs';
import { lockPath, parseLock } from '@headwater/kernel/internal/plugins';
import { writeLock } from './record-file.ts';

/** A conflict as version control writes it, with or without the common ancestor. */
const conflict = /^<{7}[^\n]*\n([\s\S]*?)(?:^\|{7}[^\n]*\n[\s\S]*?)?^={7}\r?\n([\s\S]*?)^>{7}[^\n]*(?:\n|$)/gm;

/**
 * Joins both sides of a lock file in which a merge in version control has left conflicts: the revisions and the declared
 * objects of either. Writes the file, and returns its path; `null` if it has no conflicts. Throws REVISIONS_LOCK_INVALID
 * if one side is damaged.
 */
export function mergeLock(directory: string): string | null {
  const file = lockPath(directory);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [ours, theirs] = ['$1', '$2'].map((side) => text.replaceAll(conflict, side));
  if (ours === undefined || theirs === undefined || ours === text) return null;
  const [one, other] = [parseLock(ours, file), parseLock(theirs, file)];
  const isRecorded = one.declared !== null || other.declared !== null;
  return writeLock(directory, {
    revisions: { ...one.revisions, ...other.revisions },
    declared: isRecorded ? [...(one.declared ?? []), ...(other.declared ?? [])] : null,
  });
}
