import { basename } from 'node:path';
import { devError } from '../error/dev-codes.ts';
import type { HistorySource, SourceMigration } from './history-source.ts';

/**
 * Reads the migrations of a tool in a folder, in the order in which the tool runs them. Throws ADOPTION_FOLDER_INVALID,
 * and MIGRATION_FILE_INVALID, also for two migrations that the tool cannot tell apart.
 */
export async function readHistory(source: HistorySource, folder: string): Promise<readonly SourceMigration[]> {
  const migrations = await source.read(folder);
  const known = new Map<string, string>();
  for (const { name, key = name, file } of migrations) {
    for (const mark of new Set([name, key])) {
      const other = known.get(mark);
      if (other !== undefined) {
        const problem = `"${mark}" stands for it and for ${basename(other)}`;
        throw devError('MIGRATION_FILE_INVALID', { file, problem });
      }
      known.set(mark, file);
    }
  }
  return migrations;
}
