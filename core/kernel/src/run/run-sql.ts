import type { UpgradeLimits } from '../config/config.ts';
import type { Notice } from '../db/session.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import type { Batch, RunnableStep } from './batches.ts';
import { downBlock } from './down-block.ts';
import { beginScript } from './envelope.ts';
import { rowOf, type RowToRemove } from './ledger-row.ts';
import { upBlock, type RevisionToRun } from './up-block.ts';
import { withOwnLimit } from './own-limits.ts';
import { textLimit } from './restore-session.ts';
import type { OnBegin, RunContext } from './run-context.ts';
import { runComment } from './running-upgrade.ts';

/**
 * Runs SQL revisions and writes their ledger rows in one transaction and one round trip. Returns the ids that took
 * effect, excluding those that another process had already applied.
 */
export async function runSql(
  run: RunContext,
  batch: Batch,
  attemptId: string,
  onBegin: OnBegin,
): Promise<readonly string[]> {
  const { session } = run;
  const settings = limitsOf(run, batch);
  const byId = new Map(batch.steps.map((step) => [step.id, step]));
  const done = new Set(byId.keys());
  const block =
    batch.direction === 'up'
      ? upBlock(
          batch.steps.map((step) => revisionToRun(run, step, attemptId)),
          { ...run, settings },
        )
      : downBlock(
          batch.steps.map((step) => ({ row: rowToRemove(run, step), keepsSession: step.keepsSession })),
          { ...run, settings },
        );
  const script = `${runComment(batch.steps)}${beginScript({ session, settings }, batch.steps.length)}${block}\ncommit;`;
  const onNotice = ({ code, message: id }: Notice): void => {
    const step = byId.get(id);
    if (step === undefined) return;
    if (code === kernelSqlState.skipped) done.delete(id);
    if (code === kernelSqlState.begins) onBegin(step);
  };
  await session.script(script, onNotice, textLimit(settings, batch.steps.length));
  return [...done];
}

/** Returns the settings with the limit that the only text of a batch sets for itself. */
function limitsOf({ settings }: RunContext, { steps: [step, ...others], direction }: Batch): UpgradeLimits {
  const body = direction === 'up' ? step?.revision?.up : step?.revision?.down;
  return body?.kind === 'sql' && others.length === 0 ? withOwnLimit(settings, body.text) : settings;
}

function revisionToRun(run: RunContext, step: RunnableStep, attemptId: string): RevisionToRun {
  return { row: rowOf(run.id, step, attemptId), keepsSession: step.keepsSession };
}

/** Returns the ledger row that reverting a step removes. */
export function rowToRemove(run: Pick<RunContext, 'id'>, { id, revision }: RunnableStep): RowToRemove {
  const [plugin = '', slug = ''] = id.split('@');
  return { plugin, slug, down: revision?.down?.kind === 'sql' ? revision.down.text : null, run_id: run.id };
}
