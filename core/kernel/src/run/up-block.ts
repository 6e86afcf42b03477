import type { UpgradeLimits } from '../config/config.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { dollarQuote, quoteLiteral } from '../sql/quote.ts';
import { checkFormat, checkNeeds, declarations, forEachRow, forgetLedger, isPresent, notify } from './envelope.ts';
import {
  checkWritten,
  columns,
  insertRow,
  ledgerOf,
  raiseUnwritten,
  rowType,
  type RowToWrite,
  type Site,
} from './ledger-row.ts';
import { takeLock } from './migration-lock.ts';
import { recordRun } from './record-run.ts';
import { restoreSession, transactionSettings } from './restore-session.ts';
import type { ScriptContext } from './run-context.ts';

/** A revision to run, and the row to write. */
export interface RevisionToRun {
  readonly row: RowToWrite;
  /** Whether its text is known to leave its session as it was, see `keepsSession`. */
  readonly keepsSession: boolean;
}

/**
 * Returns one `do` block that applies `revisions` in order: it takes the lock, checks that the needs of all of them are
 * met, skips those that the ledger already has, runs the text of each, restores the session and writes the row. Texts
 * and rows are committed together or not at all. The text cannot end the transaction, because PostgreSQL rejects
 * `commit` and the like inside `execute` with 0A000.
 *
 * Running several revisions in one block gives the same result as running each alone. Otherwise the block raises "split",
 * and they run one by one.
 */
export function upBlock(revisions: readonly RevisionToRun[], run: ScriptContext): string {
  const rows = revisions.map(({ row }) => row);
  const [row] = rows;
  const { variables, body } =
    row !== undefined && rows.length === 1 ? applyOne(row, run) : applyTogether(revisions, run);
  return `do ${dollarQuote(`${declarations}
  ${variables}
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${checkNeeds(run, rows)}
  ${recordRun(run)}
  ${body}
end`)};`;
}

/** A part of a block in PL/pgSQL, with the variables that it needs. */
interface Part {
  readonly variables: string;
  readonly body: string;
}

function applyOne(row: RowToWrite, run: ScriptContext): Part {
  const body = forEachRow(
    run,
    [row],
    rowType,
    `if present[i] then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    began := clock_timestamp();
    ${notify(kernelSqlState.begins)}
    ${forgetLedger}
    execute step.up;
    ${restoreSession(transactionSettings(run.session, run.settings))}
    ${run.guard}
    ${insertRow(run, 'step', 'extract(epoch from clock_timestamp() - began) * 1000')};
    ${checkWritten}`,
  );
  return { variables: 'began timestamptz;', body };
}

/**
 * Applies several revisions. Those that keep the session share what they cannot notice: the session is not restored
 * after them, and their rows are written together, before the next revision that might read them. At most one beginning
 * revision is reported every 100 ms, and the one that fails. Notices for all of them would make client and server wake
 * each other a thousand times, which would take a tenth of the time of a fresh upgrade.
 */
function applyTogether(revisions: readonly RevisionToRun[], run: ScriptContext): Part {
  const { session, settings, guard } = run;
  const rows = revisions.map(({ row }) => row);
  const ids = rows.map(({ plugin, slug }) => quoteLiteral(`${plugin}@${slug}`));
  const plugins = rows.map(({ plugin }) => plugin);
  const texts = rows.map(({ up }) => dollarQuote(up ?? ''));
  const others = rows.map((row) => dollarQuote(JSON.stringify({ ...row, up: undefined, needs: undefined })));
  const variables = `revision text;
  ids text[] := array[${ids.join()}];
  texts text[] := array[${texts.join()}];
  others text[] := array[${others.join()}];
  kept boolean[] := array[${revisions.map(({ keepsSession }) => keepsSession).join()}];
  alone boolean;
  runs_code boolean;
  notified timestamptz;
  begins timestamptz[];
  ends timestamptz[];
  first integer := 1;
  unwritten integer := 0;
  written integer;`;
  const body = `${checkConstraintModes}
  ${checkCode}
  select array_agg(${isPresent(run, "split_part(id, '@', 1)", "split_part(id, '@', 2)", plugins)} order by n)
    into present from unnest(ids) with ordinality as row(id, n);
  begin
    for i in 1 .. cardinality(ids) loop
      revision := ids[i];
      if present[i] then
        ${notify(kernelSqlState.skipped, 'revision')}
      else
        alone := runs_code or not kept[i];
        begins[i] := clock_timestamp();
        if notified is null or begins[i] - notified > interval '100 ms' then
          notified := begins[i];
          ${notify(kernelSqlState.begins, 'revision')}
        end if;
        if alone then
          ${forgetLedger}
        end if;
        execute texts[i];
        ends[i] := clock_timestamp();
        ${checkTime(settings)}
        if alone then
          ${restoreSession(transactionSettings(session, settings, rows.length))}
          ${checkCode}
        end if;
        ${guard}
        unwritten := unwritten + 1;
      end if;
      if unwritten > 0 and (i = cardinality(ids) or runs_code or not kept[i + 1]) then
        ${insertRows(run)};
        get diagnostics written = row_count;
        if written < unwritten then
          ${raiseUnwritten}
        end if;
        unwritten := 0;
        first := i + 1;
      end if;
    end loop;
    ${notifyFailed}
  end;
  ${checkConstraintModes}`;
  return { variables, body };
}

/**
 * PL/pgSQL that finds out whether a definition may run code of users that its text does not show: an event trigger, a
 * function, or one of PostgreSQL's own functions behind an operator, a cast or an operator class. PostgreSQL's own objects
 * have ids below 16384. The largest one is at the end of an index; asking for any larger one would read the whole table.
 */
export const checkCode = `runs_code := greatest((select max(oid) from pg_catalog.pg_proc), (select max(oid) from pg_catalog.pg_operator),
        (select max(oid) from pg_catalog.pg_cast), (select max(oid) from pg_catalog.pg_opclass)) >= 16384
      or exists (select from pg_catalog.pg_event_trigger);`;

/**
 * Returns PL/pgSQL that writes the rows from `first` to `i` whose revisions have run. The texts are not in the JSON, so that the
 * script contains them once.
 */
function insertRows(run: Site): string {
  return `insert into ${ledgerOf(run)}.ledger (${columns}, applied_at, duration_ms)
      select ${columns.replace(/\bup\b/, 'texts[first + n - 1]')}::jsonb, ends[first + n - 1],
          extract(epoch from ends[first + n - 1] - begins[first + n - 1]) * 1000
        from rows from (json_to_recordset(('[' || array_to_string(others[first:i], ',') || ']')::json) as (${rowType}))
          with ordinality as row(${columns}, n)
        where not present[first + n - 1] order by n`;
}

/** Returns PL/pgSQL that raises "split" if the text of a revision ran longer than its own time limit. */
function checkTime({ statementTimeout }: UpgradeLimits): string {
  if (statementTimeout === 0) return '';
  return `if ends[i] - begins[i] > interval '${Math.round(statementTimeout * 1000)} ms' then
      raise exception using errcode = '${kernelSqlState.split}', message = 'a revision exceeds its time limit';
    end if;`;
}

/**
 * PL/pgSQL that raises "split" if a constraint can be deferred, because neither its mode nor the checks that it defers
 * to the end of a transaction can be restored between two revisions of one transaction.
 */
export const checkConstraintModes = `if exists (select from pg_catalog.pg_trigger where tgdeferrable) then
    raise exception using errcode = '${kernelSqlState.split}', message = 'there are deferrable constraints';
  end if;`;

/**
 * PL/pgSQL that reports the failed step (if one had begun) and raises the error again unchanged. A block with an
 * exception handler is a subtransaction, so a block with a single revision omits it.
 */
const notifyFailed = `exception when query_canceled or assert_failure or others then
    if notified is not null then
      ${notify(kernelSqlState.begins, 'revision')}
    end if;
    raise;`;
