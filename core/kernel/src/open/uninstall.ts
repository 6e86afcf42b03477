import { explainFileError } from '../error/file-error.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import { limitResponses } from '../db/limit-responses.ts';
import { serverErrorOf } from '../db/server-error.ts';
import type { ExportedFile } from './export-data.ts';
import { readFootprint } from './footprint.ts';
import { readDatabase, type Project } from './project.ts';
import type { ReadOptions } from './status.ts';

/**
 * Writes the rows of a plugin to files in `folder`, one for each table, with a JSON object on each line. No file is
 * overwritten. Works without the package of the plugin. Throws PLUGIN_UNKNOWN and EXPORT_FAILED.
 */
export async function exportPlugin(
  project: Project,
  plugin: string,
  folder: string,
  { signal }: ReadOptions = {},
): Promise<readonly ExportedFile[]> {
  const footprint = await readFootprint(project, plugin, { ...(signal && { signal }) });
  return readDatabase(project, { operation: 'show', signal }, async (session) => {
    const { exportData } = await import('./export-data.ts');
    try {
      return await exportData(limitResponses(session, project.config.upgrade.responseTimeout), footprint, folder);
    } catch (error) {
      if (isKernelError(error) || serverErrorOf(error) !== null || session.lost) throw error;
      throw kernelError('EXPORT_FAILED', { plugin, folder, reason: explainFileError(error) }, { cause: error });
    }
  });
}
