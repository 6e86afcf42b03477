import { beginScript, guardBlock, type RowToWrite } from './envelope.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import type { RunContext } from './run-context.ts';

/**
 * Opens a transaction that holds the migration lock, for a revision that is observed or that runs outside a transaction.
 * The server ends it after `idle` seconds without a statement; 0 means never. Ends it and returns `false` if another process has already run the revision.
 */
export async function openLockedTransaction(
  { session, settings }: RunContext,
  row: RowToWrite,
  direction: 'up' | 'down',
  idle: number,
): Promise<boolean> {
  let skipped = false;
  await session.script(`${beginScript(settings, 1, idle)}${guardBlock(row, direction)}`, (notice) => {
    if (notice.code === kernelSqlState.skipped) skipped = true;
  });
  if (skipped) await session.script('rollback');
  return !skipped;
}
