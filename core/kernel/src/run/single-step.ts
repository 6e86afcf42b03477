import { kernelSqlState } from '../db/sql-state.ts';
import { dollarQuote } from '../sql/quote.ts';
import {
  checkDependents,
  checkFormat,
  checkNeeds,
  declarations,
  forEachRow,
  forgetLedger,
  notify,
} from './envelope.ts';
import { checkWritten, insertRow, removeRow, rowType, type RowToWrite, type Site } from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';
import { recordRun } from './record-run.ts';
import { restoreDeclarations, restoreSession, transactionSettings } from './restore-session.ts';
import type { ScriptContext } from './run-context.ts';

/**
 * Returns one `do` block that makes the same checks for a single revision and leaves running it to the caller: a
 * revision whose code or effects the client must see, or one that runs outside a transaction.
 */
export function guardBlock(row: RowToWrite, direction: 'up' | 'down', run: Site): string {
  const up = direction === 'up';
  const loop = forEachRow(
    run,
    [row],
    rowType,
    `if ${up ? '' : 'not '}present[i] then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    ${up ? '' : checkDependents(run)}`,
    direction,
  );
  return `do ${dollarQuote(`${declarations}
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${up ? checkNeeds(run, [row]) : ''}
  ${loop}
  ${forgetLedger}
end`)};`;
}

/**
 * Returns one `do` block that restores the session and writes or removes the row of a revision that the caller has run.
 */
export function recordBlock(row: RowToWrite, direction: 'up' | 'down', durationMs: number, run: ScriptContext): string {
  return `do ${dollarQuote(`${declarations}
begin
  ${restoreSession(transactionSettings(run.session, run.settings))}
  ${run.guard}
  ${recordRun(run)}
  select * into step from json_to_record(${dollarQuote(JSON.stringify(row))}) as row(${rowType});
  ${direction === 'up' ? `${insertRow(run, 'step', String(durationMs))};` : removeRow(run)}
  ${checkWritten}
end`)};`;
}

/** Returns one `do` block that runs the text of a revision, whose effects the caller observes. */
export function textBlock(text: string): string {
  return `do ${dollarQuote(`begin execute ${dollarQuote(text)}; end`)};`;
}

/** Returns one `do` block that restores the session after a revision that the caller has run. */
export function restoreBlock({ session, settings }: Site, idle: number): string {
  return `do ${dollarQuote(`declare
  ${restoreDeclarations}
begin
  ${restoreSession(transactionSettings(session, settings, 1, idle))}
end`)};`;
}
