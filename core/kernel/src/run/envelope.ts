import type { UpgradeSettings } from '../config/config.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import type { Revision } from '../plugin/revision.ts';
import { dollarQuote } from '../sql/quote.ts';
import type { RunnableStep } from './batches.ts';
import { takeLock } from './migration-lock.ts';

/** A ledger row to write. Its fields are named like the columns. */
export interface RowToWrite {
  readonly plugin: string;
  readonly slug: string;
  readonly revises: readonly string[];
  readonly depends_on: readonly string[];
  readonly replaces: readonly string[];
  readonly raw: string;
  readonly breaking: boolean;
  readonly up: string | null;
  readonly down: string | null;
  readonly package: string;
  readonly package_version: string;
  readonly run_id: string;
  readonly attempt_id: string;
}

/** Returns the ledger row of a step. */
export function rowOf(
  runId: string,
  step: RunnableStep & { readonly revision: Revision },
  attemptId: string,
): RowToWrite {
  const { revision, package: name, packageVersion } = step;
  return {
    plugin: revision.plugin,
    slug: revision.slug,
    revises: revision.revises,
    depends_on: revision.dependsOn,
    replaces: revision.replaces,
    raw: revision.raw,
    breaking: revision.breaking,
    up: revision.up.kind === 'sql' ? revision.up.text : null,
    down: revision.down?.kind === 'sql' ? revision.down.text : null,
    package: name,
    package_version: packageVersion,
    run_id: runId,
    attempt_id: attemptId,
  };
}

const columns =
  'plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, run_id, attempt_id';

/** The column types of a row that is passed as JSON. */
export const rowType =
  'plugin text, slug text, revises text[], depends_on text[], replaces text[], raw text, breaking boolean, up text, ' +
  'down text, package text, package_version text, run_id uuid, attempt_id uuid';

/** Returns the `insert … select` of rows with {@link rowType} from the relation or record `source`. */
export function insertRow(source: string, durationMs: string): string {
  const values = columns.replaceAll(/\w+/g, (column) => `${source}.${column}`);
  return `insert into kernel.ledger (${columns}, duration_ms) select ${values}, ${durationMs}`;
}

/**
 * Returns the SQL that opens a transaction. It sets the time limits, the isolation level and the message level, so the
 * settings of the role and the database do not matter. If the server's platform supports it, the server also checks the
 * connection every 200 ms, so that the lock of a killed process is released at once and not only at the end of the
 * running statement.
 */
export function beginScript(kind: 'postgres' | 'pglite', settings: UpgradeSettings): string {
  const checkConnection =
    kind === 'pglite'
      ? ''
      : `do $$ begin perform set_config('client_connection_check_interval', '200', true); exception when others then null; end $$;\n`;
  return `begin isolation level read committed read write;
set local lock_timeout = ${milliseconds(settings.lockTimeout)};
set local statement_timeout = ${milliseconds(settings.statementTimeout)};
set local idle_in_transaction_session_timeout = 0;
set local client_min_messages = notice;
${checkConnection}`;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** PL/pgSQL that raises "stale" if another kernel has changed the ledger's format. */
const checkFormat = `if (select max(version) from kernel.format) is distinct from ${currentFormat} then
    raise exception using errcode = '${kernelSqlState.stale}', message = 'the format of the ledger has changed';
  end if;`;

/**
 * Returns the query of a loop over `rows` in order. Its column `present` says whether the ledger has the row. One query
 * for all rows is enough, since nobody else changes the ledger while the lock is held.
 */
function stepsOf(rows: readonly (RowToWrite | RowToRemove)[], type: string = rowType): string {
  return `select row.*, exists (select from kernel.ledger l where l.plugin = row.plugin and l.slug = row.slug) as present
      from json_to_recordset(${dollarQuote(JSON.stringify(rows))}) as row(${type})`;
}

/**
 * Returns PL/pgSQL that raises "stale" if `rows` need a revision that is neither in the ledger nor earlier in `rows`.
 * It is also one query for all rows: a query per revision would take a tenth of the time of a thousand revisions.
 */
function checkNeeds(rows: readonly Pick<RowToWrite, 'plugin' | 'slug' | 'revises' | 'depends_on'>[]): string {
  const provided = new Set<string>();
  const needed = new Set<string>();
  for (const { plugin, slug, revises, depends_on } of rows) {
    for (const need of [...revises, ...depends_on]) if (!provided.has(need)) needed.add(need);
    provided.add(`${plugin}@${slug}`);
  }
  return `select need into missing from json_array_elements_text(${dollarQuote(JSON.stringify([...needed]))}) need
    where not exists (select from kernel.ledger l
      where l.plugin = split_part(need, '@', 1) and l.slug = split_part(need, '@', 2)) limit 1;
  if missing is not null then
    raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' is no longer applied';
  end if;`;
}

/** PL/pgSQL that raises "envelope" if a revision changed a setting that the rest of the transaction depends on. */
const checkEnvelope = `if current_setting('search_path') is distinct from path or current_user is distinct from who then
      raise exception using errcode = '${kernelSqlState.envelope}', message = case when current_user is distinct from who
        then 'it changed the current user' else 'it changed search_path to ' || current_setting('search_path') end;
    end if;`;

const declarations = `declare
  step record;
  missing text;
  began timestamptz;
  path text := current_setting('search_path');
  who name := current_user;`;

/** Returns PL/pgSQL that sends a notice with the step's id. The client learns from it which revision runs or failed. */
function notify(state: string): string {
  return `raise notice using errcode = '${state}', message = step.plugin || '@' || step.slug;`;
}

/**
 * Returns one `do` block that applies `rows` in order: it takes the lock, checks that the needs of all rows are met,
 * skips rows that the ledger already has, runs the text of each revision and writes its row. Texts and rows are
 * committed together or not at all. The text cannot end the transaction, because PostgreSQL rejects `commit` and the
 * like inside `execute` with 0A000.
 *
 * Of several rows it reports the beginning of one every 100 ms, and the one that fails. A notice for each would make
 * both sides wake each other a thousand times, and take a tenth of the time of a fresh upgrade.
 */
export function upBlock(rows: readonly RowToWrite[]): string {
  const loop = `for step in ${stepsOf(rows)} loop
    if step.present then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    began := clock_timestamp();
    if notified is null or began - notified > interval '100 ms' then
      notified := began;
      ${notify(kernelSqlState.begins)}
    end if;
    execute step.up;
    ${checkEnvelope}
    ${insertRow('step', 'extract(epoch from clock_timestamp() - began) * 1000')};
  end loop;`;
  return `do ${dollarQuote(`${declarations}
  notified timestamptz;
begin
  ${takeLock}
  ${checkFormat}
  ${checkNeeds(rows)}
  ${rows.length > 1 ? `begin ${loop} ${notifyFailed} end;` : loop}
end`)};`;
}

/**
 * PL/pgSQL that reports the step that failed, if any had begun, and raises the error unchanged. A block with an
 * exception handler is a subtransaction, so a block with a single revision does without it.
 */
const notifyFailed = `exception when query_canceled or assert_failure or others then
    if notified is not null then
      ${notify(kernelSqlState.begins)}
    end if;
    raise;`;

/**
 * Returns one `do` block that writes `rows` in order without running them, and an event for each. It takes the same
 * lock and makes the same checks as {@link upBlock}.
 */
export function stampBlock(rows: readonly RowToWrite[]): string {
  return `do ${dollarQuote(`declare
  step record;
  missing text;
begin
  ${takeLock}
  ${checkFormat}
  ${checkNeeds(rows)}
  for step in ${stepsOf(rows)} loop
    if step.present then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    ${insertRow('step', '0')};
    insert into kernel.event (kind, plugin, slug, run_id, row)
      select 'stamp', l.plugin, l.slug, l.run_id, to_jsonb(l) from kernel.ledger l
        where l.plugin = step.plugin and l.slug = step.slug;
  end loop;
end`)};`;
}

/** A ledger row to remove, with the SQL that reverts its revision. */
export interface RowToRemove {
  readonly plugin: string;
  readonly slug: string;
  /** `null` runs the SQL that the ledger has. */
  readonly down: string | null;
  readonly run_id: string;
}

/** PL/pgSQL that deletes the row of `step` and writes an event. */
export const removeRow = `with removed as (
      delete from kernel.ledger l where l.plugin = step.plugin and l.slug = step.slug returning *
    ) insert into kernel.event (kind, plugin, slug, run_id, row)
      select 'downgrade', removed.plugin, removed.slug, step.run_id, to_jsonb(removed) from removed;`;

/** PL/pgSQL that raises "stale" if an applied revision revises `step` or depends on it. */
const checkDependents = `select l.plugin || '@' || l.slug into missing from kernel.ledger l
      where step.plugin || '@' || step.slug = any (l.revises || l.depends_on) limit 1;
    if missing is not null then
      raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' has been applied in the meantime';
    end if;`;

/**
 * Returns one `do` block that reverts `rows` in order, like {@link upBlock}: it runs their `down` and removes the rows.
 */
export function downBlock(rows: readonly RowToRemove[]): string {
  return `do ${dollarQuote(`${declarations}
begin
  ${takeLock}
  ${checkFormat}
  for step in ${stepsOf(rows, 'plugin text, slug text, down text, run_id uuid')} loop
    if not step.present then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    ${checkDependents}
    ${notify(kernelSqlState.begins)}
    execute coalesce(step.down, (select l.down from kernel.ledger l where l.plugin = step.plugin and l.slug = step.slug));
    ${checkEnvelope}
    ${removeRow}
  end loop;
end`)};`;
}

/**
 * Returns one `do` block that makes the same checks for a single revision and leaves running it to the caller: a code
 * revision, or one that runs outside a transaction.
 */
export function guardBlock(row: RowToWrite, direction: 'up' | 'down'): string {
  const up = direction === 'up';
  return `do ${dollarQuote(`declare
  step record;
  missing text;
begin
  ${takeLock}
  ${checkFormat}
  ${up ? checkNeeds([row]) : ''}
  for step in ${stepsOf([row])} loop
    if ${up ? '' : 'not '}step.present then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    ${up ? '' : checkDependents}
  end loop;
end`)};`;
}

/** Returns one `do` block that writes or removes the row of a revision that the caller has run. */
export function recordBlock(row: RowToWrite, direction: 'up' | 'down', durationMs: number): string {
  return `do ${dollarQuote(`declare
  step record;
begin
  for step in select * from json_to_recordset(${dollarQuote(JSON.stringify([row]))}) as row(${rowType}) loop
    ${direction === 'up' ? `${insertRow('step', String(durationMs))};` : removeRow}
  end loop;
end`)};`;
}
