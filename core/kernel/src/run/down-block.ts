import { kernelSqlState } from '../db/sql-state.ts';
import { dollarQuote } from '../sql/quote.ts';
import { checkDependents, checkFormat, declarations, forEachRow, forgetLedger, notify } from './envelope.ts';
import { checkCode, checkConstraintModes } from './up-block.ts';
import { checkWritten, ledgerOf, removeRow, type RowToRemove } from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';
import { recordRun } from './record-run.ts';
import { restoreSession, transactionSettings } from './restore-session.ts';
import type { ScriptContext } from './run-context.ts';

/** A revision to revert, and the row to remove. */
export interface RevisionToRevert {
  readonly row: RowToRemove;
  /** Whether its `down` is known to leave its session as it was, see `keepsSession`. */
  readonly keepsSession: boolean;
}

/**
 * Returns one `do` block that reverts `revisions` in order, like {@link upBlock}: it runs their `down` and removes the
 * rows. Several revisions share a transaction only in a shadow. Then the session is not restored after those that keep it.
 */
export function downBlock(revisions: readonly RevisionToRevert[], run: ScriptContext): string {
  const rows = revisions.map(({ row }) => row);
  const together = rows.length > 1;
  const unlessKept = (statements: string): string =>
    together ? `if runs_code or not kept[i] then\n      ${statements}\n    end if;` : statements;
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
    ${unlessKept(forgetLedger)}
    execute coalesce(step.down, (select l.down from ${ledgerOf(run)}.ledger l where l.plugin = step.plugin and l.slug = step.slug));
    ${unlessKept(`${restoreSession(transactionSettings(run.session, run.settings))}${together ? `\n      ${checkCode}` : ''}`)}
    ${run.guard}
    ${removeRow(run)}
    ${checkWritten}`,
    'down',
  );
  const variables = `
  kept boolean[] := array[${revisions.map(({ keepsSession }) => keepsSession).join()}];
  runs_code boolean;`;
  const check = together ? checkConstraintModes : '';
  return `do ${dollarQuote(`${declarations}${together ? variables : ''}
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${recordRun(run)}
  ${check}${together ? `\n  ${checkCode}` : ''}
  ${loop}
  ${check}
end`)};`;
}
