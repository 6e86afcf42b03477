import { randomBytes } from 'node:crypto';
import type { UpgradeSettings } from '../config/config.ts';
import { kernelState } from '../db/foreign-error.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import type { Revision } from '../plugin/revision.ts';
import { lockKey } from './lock.ts';
import type { RunnableStep } from './batches.ts';

/** A ledger row to write, by the names of its columns. */
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

/** The ledger row of a step. */
export function rowOf(
  runId: string,
  step: RunnableStep & { readonly revision: Revision },
  attempt: string,
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
    attempt_id: attempt,
  };
}

const columns =
  'plugin, slug, revises, depends_on, replaces, raw, breaking, up, down, package, package_version, run_id, attempt_id';

/** The types under which a row travels as JSON. */
export const rowType =
  'plugin text, slug text, revises text[], depends_on text[], replaces text[], raw text, breaking boolean, up text, ' +
  'down text, package text, package_version text, run_id uuid, attempt_id uuid';

/** `insert … select` of rows with {@link rowType}, from the relation or record `source`. */
export function insertRow(source: string, durationMs: string): string {
  const taken = columns.replaceAll(/\w+/g, (column) => `${source}.${column}`);
  return `insert into kernel.ledger (${columns}, duration_ms) select ${taken}, ${durationMs}`;
}

/** Quotes text with a dollar tag that does not occur in it, so that nothing in it can end the quotation. */
export function dollarQuoted(text: string): string {
  let tag = '$hw$';
  while (text.includes(tag.slice(0, -1))) tag = `$hw${randomBytes(4).toString('hex')}$`;
  return `${tag}${text}${tag}`;
}

/**
 * Opens a transaction that no setting of the role or the database can bend: time limits, isolation and messages are
 * the kernel's for its length. The server looks every 200 ms whether we are still there, where its platform can, so
 * that the lock of a killed process ends with it and not with its statement.
 */
export function beginScript(kind: 'postgres' | 'pglite', settings: UpgradeSettings): string {
  const watch =
    kind === 'pglite'
      ? ''
      : `do $$ begin perform set_config('client_connection_check_interval', '200', true); exception when others then null; end $$;\n`;
  return `begin isolation level read committed read write;
set local lock_timeout = ${milliseconds(settings.lockTimeout)};
set local statement_timeout = ${milliseconds(settings.statementTimeout)};
set local idle_in_transaction_session_timeout = 0;
set local client_min_messages = notice;
${watch}`;
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** PL/pgSQL that takes the lock or raises «busy», and raises «stale» where another kernel changed the ledger's format. */
export const takeLock = `if not pg_catalog.pg_try_advisory_xact_lock(${lockKey}) then
    raise exception using errcode = '${kernelState.busy}', message = 'another session holds the migration lock';
  end if;`;

const sameFormat = `if (select max(version) from kernel.format) is distinct from ${currentFormat} then
    raise exception using errcode = '${kernelState.stale}', message = 'the format of the ledger has changed';
  end if;`;

/**
 * The query behind a loop over `rows` in order, with what the ledger has of them as `present`: asked once for all, since
 * under the lock nobody else changes it.
 */
function stepsOf(rows: readonly (RowToWrite | RowToRemove)[], type: string = rowType): string {
  return `select row.*, exists (select from kernel.ledger l where l.plugin = row.plugin and l.slug = row.slug) as present
      from json_to_recordset(${dollarQuoted(JSON.stringify(rows))}) as row(${type})`;
}

/**
 * PL/pgSQL that raises «stale» where the ledger lacks something that `rows` need and none before it in `rows` brings.
 * Asked once for all as well: a question for each revision is a tenth of the time that a thousand take.
 */
function assertNeeds(rows: readonly Pick<RowToWrite, 'plugin' | 'slug' | 'revises' | 'depends_on'>[]): string {
  const brought = new Set<string>();
  const needed = new Set<string>();
  for (const { plugin, slug, revises, depends_on } of rows) {
    for (const need of [...revises, ...depends_on]) if (!brought.has(need)) needed.add(need);
    brought.add(`${plugin}@${slug}`);
  }
  return `select need into missing from json_array_elements_text(${dollarQuoted(JSON.stringify([...needed]))}) need
    where not exists (select from kernel.ledger l
      where l.plugin = split_part(need, '@', 1) and l.slug = split_part(need, '@', 2)) limit 1;
  if missing is not null then
    raise exception using errcode = '${kernelState.stale}', message = missing || ' is not applied any more';
  end if;`;
}

/** PL/pgSQL that raises where the text of a revision has bent what the rest of the transaction rests on. */
const checkEnvelope = `if current_setting('search_path') is distinct from path or current_user is distinct from who then
      raise exception using errcode = '${kernelState.envelope}', message = case when current_user is distinct from who
        then 'it changed the current user' else 'it changed search_path to ' || current_setting('search_path') end;
    end if;`;

const declarations = `declare
  step record;
  missing text;
  began timestamptz;
  path text := current_setting('search_path');
  who name := current_user;`;

/** A notice with the step's id, by which the client follows the work and knows what failed. */
function tell(state: string): string {
  return `raise notice using errcode = '${state}', message = step.plugin || '@' || step.slug;`;
}

/**
 * One `do` block that applies `rows` in order: takes the lock, passes over what is already there, checks what each
 * needs, runs its text and writes its row. Text and rows commit together or not at all, and the text cannot end the
 * transaction: PostgreSQL refuses `commit` and the like inside `execute` with 0A000.
 *
 * Of several rows it tells which one begins ten times a second and at a failure: a message for each has both sides wake
 * each other a thousand times, and is a tenth of a fresh upgrade.
 */
export function upBlock(rows: readonly RowToWrite[]): string {
  const loop = `for step in ${stepsOf(rows)} loop
    if step.present then
      ${tell(kernelState.skipped)}
      continue;
    end if;
    began := clock_timestamp();
    if told is null or began - told > interval '100 ms' then
      told := began;
      ${tell(kernelState.begins)}
    end if;
    execute step.up;
    ${checkEnvelope}
    ${insertRow('step', 'extract(epoch from clock_timestamp() - began) * 1000')};
  end loop;`;
  return `do ${dollarQuoted(`${declarations}
  told timestamptz;
begin
  ${takeLock}
  ${sameFormat}
  ${assertNeeds(rows)}
  ${rows.length > 1 ? `begin ${loop} ${tellFailed} end;` : loop}
end`)};`;
}

/**
 * Tells of the step at which a block of several broke off, if there was one yet, and lets the error go on as it is. A
 * block that has such a part is a subtransaction, which a revision by itself does without.
 */
const tellFailed = `exception when query_canceled or assert_failure or others then
    if told is not null then
      ${tell(kernelState.begins)}
    end if;
    raise;`;

/**
 * One `do` block that writes the rows of `rows` in order and runs none of them: the same lock and checks as
 * {@link upBlock}, and an event for each.
 */
export function stampBlock(rows: readonly RowToWrite[]): string {
  return `do ${dollarQuoted(`declare
  step record;
  missing text;
begin
  ${takeLock}
  ${sameFormat}
  ${assertNeeds(rows)}
  for step in ${stepsOf(rows)} loop
    if step.present then
      ${tell(kernelState.skipped)}
      continue;
    end if;
    ${insertRow('step', '0')};
    insert into kernel.event (kind, plugin, slug, run_id, row)
      select 'stamp', l.plugin, l.slug, l.run_id, to_jsonb(l) from kernel.ledger l
        where l.plugin = step.plugin and l.slug = step.slug;
  end loop;
end`)};`;
}

/** What is needed to take a revision away. */
export interface RowToRemove {
  readonly plugin: string;
  readonly slug: string;
  /** SQL; `null` takes what the ledger holds. */
  readonly down: string | null;
  readonly run_id: string;
}

/** PL/pgSQL that deletes the row of `step`, leaving an event. */
export const removeRow = `with gone as (
      delete from kernel.ledger l where l.plugin = step.plugin and l.slug = step.slug returning *
    ) insert into kernel.event (kind, plugin, slug, run_id, row)
      select 'downgrade', gone.plugin, gone.slug, step.run_id, to_jsonb(gone) from gone;`;

/** PL/pgSQL that raises «stale» where an applied revision still names `step`. */
const findDependent = `select l.plugin || '@' || l.slug into missing from kernel.ledger l
      where step.plugin || '@' || step.slug = any (l.revises || l.depends_on) limit 1;
    if missing is not null then
      raise exception using errcode = '${kernelState.stale}', message = missing || ' has been applied since';
    end if;`;

/** The same as {@link upBlock} for the way down. */
export function downBlock(rows: readonly RowToRemove[]): string {
  return `do ${dollarQuoted(`${declarations}
begin
  ${takeLock}
  ${sameFormat}
  for step in ${stepsOf(rows, 'plugin text, slug text, down text, run_id uuid')} loop
    if not step.present then
      ${tell(kernelState.skipped)}
      continue;
    end if;
    ${findDependent}
    ${tell(kernelState.begins)}
    execute coalesce(step.down, (select l.down from kernel.ledger l where l.plugin = step.plugin and l.slug = step.slug));
    ${checkEnvelope}
    ${removeRow}
  end loop;
end`)};`;
}

/** The same checks for the one revision `row`, its effect left to the caller: code, and what no transaction may hold. */
export function guardBlock(row: RowToWrite, direction: 'up' | 'down'): string {
  const up = direction === 'up';
  return `do ${dollarQuoted(`declare
  step record;
  missing text;
begin
  ${takeLock}
  ${sameFormat}
  ${up ? assertNeeds([row]) : ''}
  for step in ${stepsOf([row])} loop
    if ${up ? '' : 'not '}step.present then
      ${tell(kernelState.skipped)}
      continue;
    end if;
    ${up ? '' : findDependent}
  end loop;
end`)};`;
}

/** Writes or removes the row of a revision whose effect is already in this transaction. */
export function recordBlock(row: RowToWrite, direction: 'up' | 'down', durationMs: number): string {
  return `do ${dollarQuoted(`declare
  step record;
begin
  for step in select * from json_to_recordset(${dollarQuoted(JSON.stringify([row]))}) as row(${rowType}) loop
    ${direction === 'up' ? `${insertRow('step', String(durationMs))};` : removeRow}
  end loop;
end`)};`;
}
