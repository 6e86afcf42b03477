import { isConnectionLoss } from '../db/server-error.ts';
import { isKernelError } from '../error/kernel-codes.ts';
import type { Interruption, RunProgress } from '../run/recover.ts';
import type { RunContext } from '../run/run-context.ts';
import { readMigrationState, type MigrationState } from './migration-state.ts';
import type { RevisionSet } from './revision-set.ts';

/**
 * Recovers from `interruption` and reads the ledger again. A connection that breaks during the recovery counts as
 * another interruption and not as an error, since the run may already have committed steps.
 */
export async function recoverState(
  run: RunContext,
  interruption: Interruption,
  progress: RunProgress,
  revisionSet: RevisionSet,
): Promise<MigrationState> {
  const { recover } = await import('../run/recover.ts');
  for (let current = interruption; ;) {
    let uncertain = current.kind === 'lost' ? current.step : null;
    try {
      await recover(run, current, progress);
      uncertain = null;
      return await readMigrationState(run.session, revisionSet);
    } catch (error) {
      if (isKernelError(error) || !isConnectionLoss(error, run.session)) throw error;
      current = { kind: 'lost', step: uncertain, cause: error };
    }
  }
}
