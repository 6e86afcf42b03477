import { existsSync } from 'node:fs';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { KernelError } from '../error/kernel-error.ts';
import { readRecordedPackage } from '../ledger/recorded-package.ts';
import { openProject, readDatabase, type Project } from '../open/project.ts';
import type { Context } from './command.ts';
import { openConfig } from './open-project.ts';

/** The time in milliseconds for asking the database, which may be unreachable. */
const patience = 3000;

/**
 * Adds the package to an error about a plugin without one, if the config does not name it and the ledger does. The usual
 * names are only a guess, and wrong for most plugins of others. Returns the error unchanged if the ledger cannot be read.
 */
export async function withRecordedPackage(error: KernelError, context: Context): Promise<KernelError> {
  if (!isKernelError(error, 'PLUGIN_NOT_FOUND') || error.details.tried.length === 1) return error;
  try {
    const recorded = await recordedPackage(openProject(openConfig(context)), error.details.plugin);
    if (recorded === null || error.details.tried.includes(recorded)) return error;
    return kernelError('PLUGIN_NOT_FOUND', { ...error.details, recorded }, { cause: error });
  } catch {
    // The database is unreachable, or has no ledger. The error is true without it.
    return error;
  }
}

async function recordedPackage(project: Project, plugin: string): Promise<string | null> {
  const { database } = project.config;
  // Opening an embedded database would create it.
  if (database.kind === 'pglite' && (database.directory === null || !existsSync(database.directory))) return null;
  const asked = { operation: 'status', signal: AbortSignal.timeout(patience) } as const;
  try {
    return await readDatabase(project, asked, (session) => readRecordedPackage(session, plugin));
  } finally {
    await project.connections.close();
  }
}
