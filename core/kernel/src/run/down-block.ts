import { kernelSqlState } from '../db/sql-state.ts';
import { dollarQuote } from '../sql/quote.ts';
import { checkDependents, checkFormat, declarations, forEachRow, forgetLedger, notify } from './envelope.ts';
import { checkConstraintModes } from './up-block.ts';
import { checkWritten, ledgerOf, removeRow, type RowToRemove } from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';
import { recordRun } from './record-run.ts';
import { restoreSession, transactionSettings } from './restore-session.ts';
import type { ScriptContext } from './run-context.ts';

/**
 * Returns one `do` block that reverts `rows` in order, like {@link upBlock}: it runs their `down` and removes the rows.
 * Several rows share a transaction only in a shadow.
 */
export function downBlock(rows: readonly RowToRemove[], run: ScriptContext): string {
  const loop = forEachRow(
    run,
    rows,
    'plugin text, slug text, down text, run_id uuid',
    `if not present[i] then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    ${checkDependents(run)}
    ${notify(kernelSqlState.begins)}
    ${forgetLedger}
    execute coalesce(step.down, (select l.down from ${ledgerOf(run)}.ledger l where l.plugin = step.plugin and l.slug = step.slug));
    ${restoreSession(transactionSettings(run.session, run.settings))}
    ${run.guard}
    ${removeRow(run)}
    ${checkWritten}`,
    'down',
  );
  const check = rows.length > 1 ? checkConstraintModes : '';
  return `do ${dollarQuote(`${declarations}
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${recordRun(run)}
  ${check}
  ${loop}
  ${check}
end`)};`;
}
