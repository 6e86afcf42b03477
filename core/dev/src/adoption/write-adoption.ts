import { rmSync } from 'node:fs';
import { writeRevisionFiles } from '../authoring/revision-file.ts';
import type { NewRevision } from './plan-adoption.ts';

/**
 * Writes the files of new revisions, which may be in several folders: all or none. Returns their paths. Throws
 * REVISION_FILE_EXISTS, REVISION_FILE_UNWRITABLE.
 */
export function writeAdoption(revisions: readonly NewRevision[]): readonly string[] {
  const written: string[] = [];
  try {
    for (const [folder, group] of Map.groupBy(revisions, (one) => one.folder)) {
      written.push(...writeRevisionFiles(folder, group));
    }
    return written;
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw error;
  }
}
