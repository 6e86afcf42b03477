import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError } from '../error/file-error.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { isRevisionId } from '../graph/revision-id.ts';
import { isRecord } from './packages.ts';

/** A shipped revision, as recorded in the lock file. */
export interface LockedRevision {
  /** The package version that first shipped it. */
  readonly since: string;
  /** Its normal hash. */
  readonly normal: string;
}

/**
 * `revisions.lock.json`, committed beside a plugin's package.json. In the file, the revisions are keys beside `declared`,
 * which has one line for each object, so that version control merges it line by line.
 */
export interface RevisionsLock {
  /** Every revision that was ever built, by id. */
  readonly revisions: Readonly<Record<string, LockedRevision>>;
  /** The objects that the plugin's entities declare, sorted, like `column likes_like.id`; `null` if nothing has recorded them. */
  readonly declared: readonly string[] | null;
}

/** The key of the declared objects. No revision has such an id. */
const declaredKey = 'declared';

/** Returns the path of a plugin's lock file. */
export function lockPath(directory: string): string {
  return join(directory, 'revisions.lock.json');
}

/** Returns the text of a lock file. The same lock has the same bytes. */
export function lockText({ revisions, declared }: RevisionsLock): string {
  const sorted = Object.fromEntries(Object.entries(revisions).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const lines = declared === null ? {} : { [declaredKey]: [...new Set(declared)].toSorted() };
  return `${JSON.stringify({ ...lines, ...sorted }, null, 2)}\n`;
}

/** Reads the lock file of a package. Returns an empty lock if there is none. Throws REVISIONS_LOCK_INVALID. */
export function readLock(directory: string): RevisionsLock {
  const file = lockPath(directory);
  try {
    return parseLock(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (isKernelError(error)) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return { revisions: {}, declared: null };
    throw kernelError('REVISIONS_LOCK_INVALID', { file, problem: explainFileError(error) }, { cause: error });
  }
}

/** Parses the text of a lock file. `file` is its path, for messages. Throws REVISIONS_LOCK_INVALID. */
export function parseLock(text: string, file: string): RevisionsLock {
  const refuse = (problem: string): KernelError => kernelError('REVISIONS_LOCK_INVALID', { file, problem });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse(/^<{7} /m.test(text) ? 'it has conflict markers of a merge' : 'it is not JSON');
  }
  if (!isRecord(json)) throw refuse('it is not an object');
  const { [declaredKey]: declared = null, ...revisions } = json;
  if (declared !== null && !isListOfText(declared)) throw refuse(`its "${declaredKey}" is not a list of objects`);
  return {
    revisions: Object.fromEntries(
      Object.entries(revisions).map(([id, entry]) => [id, lockedRevision(id, entry, refuse)]),
    ),
    declared,
  };
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function lockedRevision(id: string, entry: unknown, refuse: (problem: string) => KernelError): LockedRevision {
  const { since, normal } = isRecord(entry) ? entry : {};
  if (!isRevisionId(id) || typeof since !== 'string' || typeof normal !== 'string') {
    throw refuse(`its entry ${JSON.stringify(id)} does not hold the "since" and "normal" of a revision`);
  }
  return { since, normal };
}
