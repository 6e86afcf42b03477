import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { kernelError } from '../error/kernel-codes.ts';

/** The lock on the directory of an embedded database, taken by {@link lockDirectory}. */
export interface DirectoryLock {
  readonly release: () => void;
}

/**
 * Locks a directory for this process, since two processes on one PGlite directory silently lose acknowledged commits.
 * The lock is an exclusive transaction of SQLite on a file beside the directory. The operating system releases it when
 * the process ends for any reason, so there is never a stale lock to remove. Throws DIRECTORY_IN_USE.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = `${directory}.lock`;
  const pidFile = `${directory}.pid`;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    database.close();
    throw kernelError('DIRECTORY_IN_USE', { directory, pid: readPid(pidFile), lock: file }, { cause: error });
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    release() {
      rmSync(pidFile, { force: true });
      database.exec('rollback');
      database.close();
    },
  };
}

function readPid(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
