import { isKernelError, shortMessage } from '@headwater/kernel/internal/errors';
import { openDeadline } from '@headwater/kernel/internal/plugins';
import type { CollectedMigration, RefuseMigration } from './history-source.ts';
import { migrationTimeout } from './migration-files.ts';
import { openRecorder, type StatementRecorder } from './statement-recorder.ts';

/** Runs one direction of a migration on a recorder. May return the statements that follow the recorded ones. */
export type RunDirection = (recorder: StatementRecorder) => unknown;

/** The code of a migration. */
export interface MigrationCode {
  readonly up: RunDirection;
  /** `null` if the migration has none. */
  readonly down: RunDirection | null;
  readonly transactional: boolean;
  /** Whether an error of `down` says only that the migration cannot be reverted. Default: never. */
  readonly isIrreversible?: (message: string) => boolean;
}

/**
 * Runs the code of a migration to collect its SQL. Calls `refuse` if it fails, does not end in time, or needs a
 * database. An error of `down` is no refusal: the revision gets no `down`.
 */
export async function collectCode(code: MigrationCode, refuse: RefuseMigration): Promise<CollectedMigration> {
  const { transactional, isIrreversible = () => false } = code;
  const up = await statementsOf('up', code.up, refuse).catch((error: unknown) => {
    throw isKernelError(error) ? error : refuse(`its up throws without a database: ${shortMessage(error)}`, error);
  });
  if (code.down === null) return { up, down: null, downProblem: null, transactional };
  return statementsOf('down', code.down, refuse).then(
    (found) => ({ up, down: found.length === 0 ? null : found, downProblem: null, transactional }),
    (error: unknown) => {
      if (isKernelError(error)) throw error;
      const problem = shortMessage(error);
      return { up, down: null, downProblem: isIrreversible(problem) ? null : problem, transactional };
    },
  );
}

async function statementsOf(
  direction: 'up' | 'down',
  run: RunDirection,
  refuse: RefuseMigration,
): Promise<readonly string[]> {
  const recorder = openRecorder();
  const deadline = openDeadline(migrationTimeout);
  let thrown: unknown;
  let failed = false;
  try {
    const running = Promise.resolve(run(recorder));
    // The deadline may pass first. Nobody handles a later error.
    running.catch(() => {});
    const returned: unknown = await Promise.race([running, deadline.passed]);
    if (Array.isArray(returned)) for (const text of returned as readonly string[]) recorder.record(text);
  } catch (error) {
    thrown = error;
    failed = true;
  } finally {
    deadline.close();
  }
  const problem = recorder.problem();
  if (problem !== null) throw refuse(`its ${direction} ${problem}, so its SQL depends on the database`, thrown);
  if (failed) throw thrown;
  return recorder.statements;
}
