const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'part of its path is not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links form a cycle',
  ENAMETOOLONG: 'its path is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/**
 * Describes a file system error in words, with its code: `permission denied (EACCES)`. The message of Node itself
 * repeats the path and names the system call.
 */
export function explainFileError(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return String(error);
  return `${reasons[error.code] ?? 'the operating system refused it'} (${error.code})`;
}
