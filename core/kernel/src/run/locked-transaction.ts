import { beginScript, guardBlock, type RowToWrite } from './envelope.ts';
import { kernelState } from '../db/foreign-error.ts';
import type { Run } from './run.ts';

/**
 * Opens the transaction that holds the lock around a revision whose effect is not one text: code, and what no
 * transaction may hold. Gives `false`, with the transaction ended, where another process has done it already.
 */
export async function openLockedTransaction(
  { session, settings }: Run,
  row: RowToWrite,
  direction: 'up' | 'down',
): Promise<boolean> {
  let skipped = false;
  await session.script(`${beginScript(session.kind, settings)}${guardBlock(row, direction)}`, (notice) => {
    if (notice.code === kernelState.skipped) skipped = true;
  });
  if (skipped) await session.script('rollback');
  return !skipped;
}
