import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmdirSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A file system of its own, in memory, that a test can fill. */
export interface SmallDisk extends Disposable {
  /** A folder on it, which the server of the test run may write. */
  readonly folder: string;
  /** Fills the disk until only `bytes` are left. */
  readonly leave: (bytes: number) => void;
  /** Removes all that {@link SmallDisk.leave} has written. */
  readonly clear: () => void;
}

/** Whether this process may mount a file system. */
export const canMount: boolean = process.platform === 'linux' && process.getuid?.() === 0 && mountWorks();

/** The suffix for the name of a test that needs a small disk: the reason for skipping it, if there can be none. */
export const mountSkipReason: string = canMount ? '' : ' (skipped: this process may not mount a file system)';

function mountWorks(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Mounts a {@link SmallDisk} of the given size in bytes, until it is disposed of. */
export function mountSmallDisk(size: number): SmallDisk {
  const root = mkdtempSync(join(tmpdir(), 'headwater-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', root]);
  const folder = join(root, 'data');
  const ballast = join(root, 'ballast');
  mkdirSync(folder);
  chmodSync(root, 0o755);
  // The server runs as another user if this process is root.
  const { uid, gid } = statSync(join(inject('memory'), 'postgres'));
  chownSync(folder, uid, gid);
  const clear = (): void => writeFileSync(ballast, '');
  return {
    folder,
    clear,
    leave(bytes) {
      clear();
      const { bavail, bsize } = statfsSync(root);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    [Symbol.dispose]() {
      execFileSync('umount', ['--lazy', root]);
      rmdirSync(root);
    },
  };
}
