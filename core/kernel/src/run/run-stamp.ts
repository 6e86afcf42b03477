import { kernelSqlState } from '../db/sql-state.ts';
import type { Batch } from './batches.ts';
import { beginScript, stampBlock } from './envelope.ts';
import { rowsOf } from './run-sql.ts';
import type { RunContext } from './run-context.ts';

/**
 * Writes the ledger rows of a batch in one transaction, without running its revisions. Returns the ids that got a row,
 * excluding those that already had one.
 */
export async function runStamp(run: RunContext, batch: Batch, attemptId: string): Promise<readonly string[]> {
  const done = new Set(batch.steps.map(({ id }) => id));
  const script = `${beginScript(run)}${stampBlock(rowsOf(run, batch, attemptId), run)}\ncommit;`;
  await run.session.script(script, ({ code, message: id }) => {
    if (code === kernelSqlState.skipped) done.delete(id);
  });
  return [...done];
}
