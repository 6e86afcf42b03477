import { kernelSqlState } from '../db/sql-state.ts';
import { dollarQuote } from '../sql/quote.ts';
import type { Batch } from './batches.ts';
import { beginScript, checkFormat, checkNeeds, declarations, forEachRow, notify } from './envelope.ts';
import { checkWritten, insertRow, ledgerOf, rowOf, rowType, type RowToWrite } from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';
import { recordRun } from './record-run.ts';
import type { RunContext } from './run-context.ts';

/**
 * Writes the ledger rows of a batch in one transaction, without running its revisions. Returns the ids that got a row,
 * excluding those that already had one.
 */
export async function runStamp(run: RunContext, batch: Batch, attemptId: string): Promise<readonly string[]> {
  const done = new Set(batch.steps.map(({ id }) => id));
  const rows = batch.steps.map((step) => rowOf(run.id, step, attemptId));
  const script = `${beginScript(run)}${stampBlock(rows, run)}\ncommit;`;
  await run.session.script(script, ({ code, message: id }) => {
    if (code === kernelSqlState.skipped) done.delete(id);
  });
  return [...done];
}

/**
 * Returns one `do` block that writes `rows` in order without running them, and an event for each. It takes the same
 * lock and makes the same checks as `upBlock`.
 */
function stampBlock(rows: readonly RowToWrite[], run: RunContext): string {
  const detail = run.unchecked ? `'{"unchecked": true}'::jsonb` : 'null';
  const loop = forEachRow(
    run,
    rows,
    rowType,
    `if present[i] then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    ${insertRow(run, 'step', '0')};
    ${checkWritten}
    insert into ${ledgerOf(run)}.event (kind, plugin, slug, run_id, row, detail)
      select 'stamp', l.plugin, l.slug, l.run_id, to_jsonb(l), ${detail} from ${ledgerOf(run)}.ledger l
        where l.plugin = step.plugin and l.slug = step.slug;`,
  );
  return `do ${dollarQuote(`${declarations}
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${checkNeeds(run, rows)}
  ${recordRun(run)}
  ${loop}
end`)};`;
}
