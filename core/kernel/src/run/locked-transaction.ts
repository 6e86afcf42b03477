import { beginScript } from './envelope.ts';
import type { RowToWrite } from './ledger-row.ts';
import { guardBlock } from './single-step.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import type { RunContext } from './run-context.ts';

/**
 * Lets the server notice within a minute that the client's machine is gone, although the transaction is idle without a
 * limit.
 */
const keepAlive = `set local tcp_keepalives_idle = 30;
set local tcp_keepalives_interval = 10;
set local tcp_keepalives_count = 3;
`;

/**
 * Opens a transaction that holds the migration lock, for a revision that is observed or that runs outside a transaction.
 * The server ends it after `idle` seconds without a statement; 0 means never. Ends it and returns `false` if another process has already run the revision.
 */
export async function openLockedTransaction(
  run: RunContext,
  row: RowToWrite,
  direction: 'up' | 'down',
  idle: number,
): Promise<boolean> {
  const { session } = run;
  let skipped = false;
  await session.script(
    `${beginScript(run, 1, idle)}${idle === 0 ? keepAlive : ''}${guardBlock(row, direction, run)}`,
    (notice) => {
      if (notice.code === kernelSqlState.skipped) skipped = true;
    },
  );
  if (skipped) await session.script('rollback');
  return !skipped;
}
