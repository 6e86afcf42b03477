import { optionalLimits } from '../db/session-limits.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { dollarQuote } from '../sql/quote.ts';
import { ledgerOf, type RowToRemove, type RowToWrite, type Site } from './ledger-row.ts';
import { restoreDeclarations, transactionSettings } from './restore-session.ts';

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
export function checkFormat(site: Site): string {
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
export function forEachRow(
  site: Site,
  rows: readonly (RowToWrite | RowToRemove)[],
  type: string,
  body: string,
): string {
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
export function checkNeeds(
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

export const declarations = `declare
  step record;
  items json[];
  present boolean[];
  missing text;
  ${restoreDeclarations}`;

/**
 * Returns PL/pgSQL that sends a notice with the id of a step, by default that of the record `step`. From it the client learns which revision is running or
 * failed.
 */
export function notify(state: string, id = "step.plugin || '@' || step.slug"): string {
  return `raise notice using errcode = '${state}', message = ${id};`;
}

/** PL/pgSQL that makes `lastval` undefined: it would return the number of the last row that was written to the ledger. */
export const forgetLedger = 'discard sequences;';

/** Returns PL/pgSQL that raises "stale" if an applied revision revises `step` or depends on it. */
export function checkDependents(site: Site): string {
  return `select l.plugin || '@' || l.slug into missing from ${ledgerOf(site)}.ledger l
      where step.plugin || '@' || step.slug = any (l.revises || l.depends_on) limit 1;
    if missing is not null then
      raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' has been applied in the meantime';
    end if;`;
}
