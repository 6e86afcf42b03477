import { kernelState } from '../db/foreign-error.ts';
import type { Batch } from './batches.ts';
import { beginScript, stampBlock } from './envelope.ts';
import { rowsOf } from './run-sql.ts';
import type { Run } from './run.ts';

/**
 * Writes the ledger rows of a batch without running its revisions, all in one transaction. Returns the ids that got a row;
 * those that had one already are left out.
 */
export async function runStamp(run: Run, batch: Batch, attempt: string): Promise<readonly string[]> {
  const done = new Set(batch.steps.map(({ id }) => id));
  const script = `${beginScript(run.session.kind, run.settings)}${stampBlock(rowsOf(run, batch, attempt))}\ncommit;`;
  await run.session.script(script, ({ code, message: id }) => {
    if (code === kernelState.skipped) done.delete(id);
  });
  return [...done];
}
