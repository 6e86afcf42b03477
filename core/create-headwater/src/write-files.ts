import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TextFile } from './fill.ts';

/** Returns why nothing may be created in a folder: it has files. `null` if it is missing or empty, apart from `.git`. */
export function folderProblem(folder: string): string | null {
  const found = entriesOf(folder).filter((name) => name !== '.git');
  return found.length === 0 ? null : `it has files already: ${found.slice(0, 3).join(', ')}`;
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Writes files below a folder. Throws the errors of the file system; a file that exists is never overwritten. */
export function writeFiles(folder: string, files: readonly TextFile[]): void {
  for (const { path, text } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  }
}
