import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelError } from '../error/kernel-codes.ts';
import { explainFileError } from '../error/file-error.ts';
import { isRevisionId } from '../graph/revision-id.ts';
import { isRecord } from './packages.ts';

/** A shipped revision, as recorded in the lock file. */
export interface LockedRevision {
  /** The package version that first shipped it. */
  readonly since: string;
  /** Its normal hash. */
  readonly normal: string;
}

/** `revisions.lock.json`, committed beside a plugin's package.json: every revision that was ever built, by id. */
export type RevisionsLock = Readonly<Record<string, LockedRevision>>;

/** Returns the path of a plugin's lock file. */
export function lockPath(directory: string): string {
  return join(directory, 'revisions.lock.json');
}

/** Reads the lock file of a package. Returns an empty lock if there is none. Throws REVISIONS_LOCK_INVALID. */
export function readLock(directory: string): RevisionsLock {
  const file = lockPath(directory);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return {};
    throw kernelError('REVISIONS_LOCK_INVALID', {
      file,
      problem: code === null ? 'it is not JSON' : explainFileError(error),
    });
  }
  if (!isRecord(json)) throw kernelError('REVISIONS_LOCK_INVALID', { file, problem: 'it is not an object' });
  return Object.fromEntries(Object.entries(json).map(([id, entry]) => [id, lockedRevision(id, entry, file)]));
}

function lockedRevision(id: string, entry: unknown, file: string): LockedRevision {
  const { since, normal } = isRecord(entry) ? entry : {};
  if (!isRevisionId(id) || typeof since !== 'string' || typeof normal !== 'string') {
    const problem = `its entry ${JSON.stringify(id)} does not hold the "since" and "normal" of a revision`;
    throw kernelError('REVISIONS_LOCK_INVALID', { file, problem });
  }
  return { since, normal };
}
