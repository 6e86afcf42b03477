import type { Session } from '../db/session.ts';
import type { Observer } from '../run/run-context.ts';
import { downgrade, undoRun, upgrade, type MigrationOptions, type MigrationResult } from '../migrate/migrate.ts';
import { previewStamp, stamp, type StampResult } from '../migrate/stamp.ts';
import { configuredOptions } from '../migrate/start-upgrade.ts';
import { assertNotCancelled, explainWait, readDatabase, type Project } from './project.ts';

/** Options of every function that writes. */
export interface WriteOptions {
  /** Observes the run: the current revision, the reason for any wait, each commit. Default: nothing is reported. */
  readonly observer?: Observer;
  /**
   * Aborting it cancels the run: between revisions, while it waits for locks, and during the running statement. The call
   * then throws CANCELLED, which tells what was committed before. Default: never aborted.
   */
  readonly signal?: AbortSignal;
  /**
   * Whether nothing else uses the client that was given to `open`. A run resets its settings, prepared statements and
   * temporary tables. Default: false, so a client is refused.
   */
  readonly exclusive?: boolean;
}

/** Upgrades the database of a project. A failure after the first commit is part of the result. */
export function upgradeProject(
  project: Project,
  to: string | readonly string[] = 'heads',
  options: WriteOptions = {},
): Promise<MigrationResult> {
  return write(project, 'upgrade', options, (run) => upgrade(run, to));
}

/** Downgrades the database of a project to `target`. Returns like {@link upgradeProject}. */
export function downgradeProject(
  project: Project,
  target: string,
  { cascade = false, ...options }: WriteOptions & { readonly cascade?: boolean } = {},
): Promise<MigrationResult> {
  return write(project, 'downgrade', options, (run) => downgrade(run, target, { cascade }));
}

/** Reverts exactly what one run has applied. Returns like {@link upgradeProject}. */
export function undoProject(
  project: Project,
  run: string,
  { cascade = false, ...options }: WriteOptions & { readonly cascade?: boolean } = {},
): Promise<MigrationResult> {
  return write(project, 'downgrade', options, (migration) => undoRun(migration, run, { cascade }));
}

/**
 * Options of `stamp`.
 *
 * @example
 * await kernel.stamp('heads', { dryRun: true });
 */
export interface StampOptions extends WriteOptions {
  /** Whether to stamp without comparing the catalog, which the ledger then records. Default: false. */
  readonly unchecked?: boolean;
  /** Whether to make all checks, but write nothing. Default: false. */
  readonly dryRun?: boolean;
}

/**
 * Marks revisions as applied without running them. The objects that they create must exist. Throws STAMP_MISMATCH and
 * STAMP_INCOMPLETE.
 */
export async function stampProject(
  project: Project,
  targets: readonly string[],
  { dryRun = false, unchecked = false, ...options }: StampOptions = {},
): Promise<StampResult> {
  if (!dryRun) return write(project, 'stamp', options, (run) => stamp({ ...run, unchecked }, targets));
  const revisionSet = await project.revisionSet();
  return readDatabase(project, { operation: 'stamp', signal: options.signal }, (session) =>
    previewStamp(session, { revisionSet, unchecked }, targets),
  );
}

/** Runs an operation that writes, with the revisions and the settings of a project. */
export async function write<T>(
  { config, connections, revisionSet }: Project,
  operation: 'upgrade' | 'downgrade' | 'stamp' | 'ledger change',
  { observer, signal, exclusive = false }: WriteOptions,
  run: (options: MigrationOptions) => Promise<T>,
): Promise<T> {
  assertNotCancelled({ operation, signal });
  const code = await revisionSet();
  const use = { operation, writes: true, exclusive, signal };
  const done = connections.use(use, (session: Session) =>
    run({
      session,
      revisionSet: code,
      ...configuredOptions(config),
      ...(observer && { observer }),
      ...(signal && { signal }),
    }),
  );
  return done.catch((error: unknown) => explainWait(error, { operation, signal }));
}
