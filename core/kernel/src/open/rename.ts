import { prepareRename, renamePlugin, type RenamedPlugin } from '../migrate/rename.ts';
import { write, type WriteOptions } from './migrations.ts';
import { readDatabase, type Project } from './project.ts';

/**
 * Options of `rename`.
 *
 * @example
 * await kernel.rename('likes', 'reactions', { dryRun: true });
 */
export interface RenameOptions extends Omit<WriteOptions, 'observer'> {
  /** Why it is renamed, for the ledger. Default: no reason. */
  readonly reason?: string;
  /** Whether to make all checks, but write nothing. Default: false. */
  readonly dryRun?: boolean;
}

/** The plugin that was renamed in the ledger, or would be. */
export interface Renamed extends RenamedPlugin {
  /** The id of the run, as in the ledger; `null` in a dry run, and if there was nothing to rename. */
  readonly runId: string | null;
}

/** Renames a plugin in the ledger. Throws PLUGIN_UNKNOWN and RENAME_REFUSED. */
export async function renameInProject(
  project: Project,
  from: string,
  to: string,
  { dryRun = false, reason, ...options }: RenameOptions = {},
): Promise<Renamed> {
  const request = { from, to, reason: reason ?? null };
  const revisionSet = await project.revisionSet();
  if (!dryRun) {
    const { runId, result } = await write(project, 'ledger change', options, (run) => renamePlugin(run, request));
    return { runId, ...result };
  }
  const reading = { operation: 'ledger change', signal: options.signal } as const;
  const { result } = await readDatabase(project, reading, (session) => prepareRename(session, revisionSet, request));
  return { runId: null, ...result };
}
