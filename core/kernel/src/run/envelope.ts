import type { UpgradeLimits } from '../config/config.ts';
import { optionalLimits } from '../db/session-limits.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import type { RevisionEffects } from '../ownership/revision-effects.ts';
import { dollarQuote, quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import type { RunnableStep } from './batches.ts';
import { takeLock } from './migration-lock.ts';
import type { RunContext, ScriptContext } from './run-context.ts';
import { restoreDeclarations, restoreSession, transactionSettings } from './restore-session.ts';

/** A ledger row to write. Its fields are named after the columns. */
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
  readonly objects: RevisionEffects | null;
}

/** Returns the ledger row of a step. Without its revision, the row can only be removed. */
export function rowOf(runId: string, step: RunnableStep, attemptId: string): RowToWrite {
  const { revision, package: name, packageVersion, effects } = step;
  const [plugin = '', slug = ''] = step.id.split('@');
  return {
    plugin,
    slug,
    revises: revision?.revises ?? [],
    depends_on: revision?.dependsOn ?? [],
    replaces: revision?.replaces ?? [],
    raw: revision?.raw ?? '',
    breaking: revision?.breaking ?? false,
    up: revision?.up.kind === 'sql' ? revision.up.text : null,
    down: revision?.down?.kind === 'sql' ? revision.down.text : null,
    package: name,
    package_version: packageVersion,
    run_id: runId,
    attempt_id: attemptId,
    objects: effects,
  };
}

const columns =
  'plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, run_id, attempt_id, objects';

/** The column types of a row that is passed as JSON. */
const rowType =
  'plugin text, slug text, revises text[], depends_on text[], replaces text[], raw text, breaking boolean, up text, ' +
  'down text, package text, package_version text, run_id uuid, attempt_id uuid, objects jsonb';

/** The part of a run that decides the names and the limits in its SQL. */
type Site = Pick<ScriptContext, 'session' | 'settings'>;

/** Returns the quoted schema of the ledger. */
function ledgerOf({ session }: Pick<Site, 'session'>): string {
  return quoteIdentifier(session.schemas.ledger);
}

/** Returns the `insert … select` of rows with {@link rowType} from the relation or record `source`. */
function insertRow(site: Site, source: string, durationMs: string): string {
  const values = columns.replaceAll(/\w+/g, (column) => `${source}.${column}`);
  return `insert into ${ledgerOf(site)}.ledger (${columns}, duration_ms) select ${values}, ${durationMs}`;
}

/** PL/pgSQL that raises "damaged" if the statement before it changed no row of the ledger, because of a rule or trigger. */
const checkWritten = `if not found then
      raise exception using errcode = '${kernelSqlState.damaged}',
        message = 'a rule or a trigger keeps rows from being written';
    end if;`;

/**
 * Returns the SQL that opens a transaction for `revisions` revisions, with the isolation level and the limits of the
 * kernel (see {@link transactionSettings}).
 */
export function beginScript({ session, settings }: Site, revisions = 1, idle = 0): string {
  return `begin isolation level read committed read write;
${transactionSettings(session, settings, revisions, idle)}
do $$ begin ${optionalLimits('transaction')} end $$;
`;
}

/** Returns PL/pgSQL that raises "stale" if another kernel has changed the ledger's format. */
function checkFormat(site: Site): string {
  return `if (select max(version) from ${ledgerOf(site)}.format) is distinct from ${currentFormat} then
    raise exception using errcode = '${kernelSqlState.stale}', message = 'the format of the ledger has changed';
  end if;`;
}

/**
 * Returns PL/pgSQL that runs `body` for each of `rows` in order, as the record `step`. The array `present` shows
 * whether the ledger has the row: one query for all rows is enough, since no one else changes the ledger while the lock
 * is held. The loop iterates over arrays, because a loop over a query is a cursor, and `close all` in the body could
 * not close it.
 */
function forEachRow(site: Site, rows: readonly (RowToWrite | RowToRemove)[], type: string, body: string): string {
  return `select array_agg(value order by n), array_agg(exists (select from ${ledgerOf(site)}.ledger l
      where l.plugin = value ->> 'plugin' and l.slug = value ->> 'slug') order by n)
    into items, present from json_array_elements(${dollarQuote(JSON.stringify(rows))}) with ordinality as row(value, n);
  for i in 1 .. coalesce(array_length(items, 1), 0) loop
    select * into step from json_to_record(items[i]) as row(${type});
    ${body}
  end loop;`;
}

/**
 * Returns PL/pgSQL that raises "stale" if `rows` need a revision that is neither in the ledger nor earlier in `rows`.
 * Here, too, one query serves all rows: with a thousand revisions, a query for each would take a tenth of the total
 * time.
 */
function checkNeeds(
  site: Site,
  rows: readonly Pick<RowToWrite, 'plugin' | 'slug' | 'revises' | 'depends_on'>[],
): string {
  const provided = new Set<string>();
  const needed = new Set<string>();
  for (const { plugin, slug, revises, depends_on } of rows) {
    for (const need of [...revises, ...depends_on]) if (!provided.has(need)) needed.add(need);
    provided.add(`${plugin}@${slug}`);
  }
  return `select need into missing from json_array_elements_text(${dollarQuote(JSON.stringify([...needed]))}) need
    where not exists (select from ${ledgerOf(site)}.ledger l
      where l.plugin = split_part(need, '@', 1) and l.slug = split_part(need, '@', 2)) limit 1;
  if missing is not null then
    raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' is no longer applied';
  end if;`;
}

const declarations = `declare
  step record;
  items json[];
  present boolean[];
  missing text;
  began timestamptz;
  ${restoreDeclarations}`;

/**
 * Returns PL/pgSQL that sends a notice with the step's id. From it the client learns which revision is running or
 * failed.
 */
function notify(state: string): string {
  return `raise notice using errcode = '${state}', message = step.plugin || '@' || step.slug;`;
}

/** SQL that adds the row of the run, unless an earlier batch has. Its start is that of its first transaction. */
function recordRun(run: ScriptContext): string {
  const { id, kind, host, kernelVersion } = run;
  const values = [id, kind, host, kernelVersion].map(quoteLiteral).join(', ');
  return `insert into ${ledgerOf(run)}.run (id, kind, host, kernel_version, started_at) values (${values}, now()) on conflict do nothing;`;
}

/**
 * Returns the script that records the end of a run. A run that failed before its first batch was committed has no row
 * yet. Nothing waits for this to reach the disk: without it, the run counts as killed, which loses nothing.
 */
export function endRunScript(run: RunContext, applied: number, error: string | null): string {
  const { id, kind, host, kernelVersion, startedAt } = run;
  const outcome = error === null ? 'done' : 'failed';
  const literals = [id, kind, host, kernelVersion, startedAt.toISOString()].map(quoteLiteral).join(', ');
  return `${beginScript(run)}set local synchronous_commit = off;
insert into ${ledgerOf(run)}.run (id, kind, host, kernel_version, started_at, ended_at, outcome, error, applied)
  values (${literals}, clock_timestamp(), '${outcome}', ${error === null ? 'null' : quoteLiteral(error)}, ${applied})
  on conflict (id) do update set ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error,
    applied = excluded.applied;
commit;`;
}

/** Returns one `do` block that restores the session after a revision that the caller has run. */
export function restoreBlock({ session, settings }: Site, idle: number): string {
  return `do ${dollarQuote(`declare
  ${restoreDeclarations}
begin
  ${restoreSession(transactionSettings(session, settings, 1, idle))}
end`)};`;
}

/** Returns one `do` block that runs the text of a revision, whose effects the caller observes. */
export function textBlock(text: string): string {
  return `do ${dollarQuote(`begin execute ${dollarQuote(text)}; end`)};`;
}

/**
 * Returns one `do` block that applies `rows` in order: it takes the lock, checks that the needs of all rows are met,
 * skips rows that the ledger already has, runs the text of each revision, restores the session and writes the row. Texts
 * and rows are committed together or not at all. The text cannot end the transaction, because PostgreSQL rejects
 * `commit` and the like inside `execute` with 0A000.
 *
 * Running several rows in one block gives the same result as running each alone. Otherwise the block raises "split",
 * and the rows run one by one. A block with several rows reports at most one beginning step every 100 ms, and the step
 * that fails. Notices for all of them would make client and server wake each other a thousand times, which would take a
 * tenth of the time of a fresh upgrade.
 */
export function upBlock(rows: readonly RowToWrite[], run: ScriptContext): string {
  const { settings } = run;
  const several = rows.length > 1;
  const loop = forEachRow(
    run,
    rows,
    rowType,
    `if present[i] then
      ${notify(kernelSqlState.skipped)}
      continue;
    end if;
    began := clock_timestamp();
    if notified is null or began - notified > interval '100 ms' then
      notified := began;
      ${notify(kernelSqlState.begins)}
    end if;
    ${forgetLedger}
    execute step.up;
    ${several ? checkTime(settings) : ''}
    ${restoreSession(transactionSettings(run.session, settings, rows.length))}
    ${run.guard}
    ${insertRow(run, 'step', 'extract(epoch from clock_timestamp() - began) * 1000')};
    ${checkWritten}`,
  );
  return `do ${dollarQuote(`${declarations}
  notified timestamptz;
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${checkNeeds(run, rows)}
  ${recordRun(run)}
  ${several ? checkConstraintModes : ''}
  ${several ? `begin ${loop} ${notifyFailed} end;` : loop}
  ${several ? checkConstraintModes : ''}
end`)};`;
}

/** PL/pgSQL that makes `lastval` undefined: it would return the number of the last row that was written to the ledger. */
const forgetLedger = 'discard sequences;';

/** Returns PL/pgSQL that raises "split" if the text of a revision ran longer than its own time limit. */
function checkTime({ statementTimeout }: UpgradeLimits): string {
  if (statementTimeout === 0) return '';
  return `if clock_timestamp() - began > interval '${Math.round(statementTimeout * 1000)} ms' then
      raise exception using errcode = '${kernelSqlState.split}', message = 'a revision exceeds its time limit';
    end if;`;
}

/**
 * PL/pgSQL that raises "split" if a constraint can be deferred, because neither its mode nor the checks that it defers
 * to the end of a transaction can be restored between two revisions of one transaction.
 */
const checkConstraintModes = `if exists (select from pg_catalog.pg_trigger where tgdeferrable) then
    raise exception using errcode = '${kernelSqlState.split}', message = 'there are deferrable constraints';
  end if;`;

/**
 * PL/pgSQL that reports the failed step (if one had begun) and raises the error again unchanged. A block with an
 * exception handler is a subtransaction, so a block with a single revision omits it.
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
export function stampBlock(rows: readonly RowToWrite[], run: RunContext): string {
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
    insert into ${ledgerOf(run)}.event (kind, plugin, slug, run_id, row)
      select 'stamp', l.plugin, l.slug, l.run_id, to_jsonb(l) from ${ledgerOf(run)}.ledger l
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

/** A ledger row to remove, with the SQL that reverts its revision. */
export interface RowToRemove {
  readonly plugin: string;
  readonly slug: string;
  /** If `null`, the SQL in the ledger runs. */
  readonly down: string | null;
  readonly run_id: string;
}

/** Returns PL/pgSQL that deletes the row of `step` and writes an event. */
function removeRow(site: Site): string {
  return `with removed as (
      delete from ${ledgerOf(site)}.ledger l where l.plugin = step.plugin and l.slug = step.slug returning *
    ) insert into ${ledgerOf(site)}.event (kind, plugin, slug, run_id, row)
      select 'downgrade', removed.plugin, removed.slug, step.run_id, to_jsonb(removed) from removed;`;
}

/** Returns PL/pgSQL that raises "stale" if an applied revision revises `step` or depends on it. */
function checkDependents(site: Site): string {
  return `select l.plugin || '@' || l.slug into missing from ${ledgerOf(site)}.ledger l
      where step.plugin || '@' || step.slug = any (l.revises || l.depends_on) limit 1;
    if missing is not null then
      raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' has been applied in the meantime';
    end if;`;
}

/**
 * Returns one `do` block that reverts `rows` in order, like {@link upBlock}: it runs their `down` and removes the rows.
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
  );
  return `do ${dollarQuote(`${declarations}
begin
  ${takeLock(run.session.schemas)}
  ${checkFormat(run)}
  ${recordRun(run)}
  ${loop}
end`)};`;
}

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
