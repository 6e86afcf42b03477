import { optionalLimits } from '../db/session-limits.ts';
import { kernelSqlState } from '../db/sql-state.ts';
import { currentFormat } from '../ledger/ledger-schema.ts';
import { dollarQuote, quoteLiteral } from '../sql/quote.ts';
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
 * whether the ledger has the row (on the way up, that of its squash counts, too): one query for all rows is enough,
 * since no one else changes the ledger while the lock is held. The loop iterates over arrays, because a loop over a
 * query is a cursor, and `close all` in the body could not close it.
 */
export function forEachRow(
  site: Site,
  rows: readonly (RowToWrite | RowToRemove)[],
  type: string,
  body: string,
  direction: 'up' | 'down' = 'up',
): string {
  const [plugin, slug] = ["value ->> 'plugin'", "value ->> 'slug'"];
  const plugins = rows.map((row) => row.plugin);
  const has = direction === 'up' ? isPresent(site, plugin, slug, plugins) : hasRow(site, plugin, slug);
  return `select array_agg(value order by n), array_agg(${has} order by n)
    into items, present from json_array_elements(${dollarQuote(JSON.stringify(rows))}) with ordinality as row(value, n);
  for i in 1 .. coalesce(array_length(items, 1), 0) loop
    select * into step from json_to_record(items[i]) as row(${type});
    ${body}
  end loop;`;
}

/**
 * Returns a condition: whether the ledger has a revision, or a squash that replaces it. The ids that squashes replace
 * are read once for all revisions. A squash is on the branch of what it replaces, so only the rows of `plugins` are
 * read: those of the revisions.
 */
export function isPresent(site: Site, plugin: string, slug: string, plugins: readonly string[]): string {
  const branches = quoteLiteral(`{${[...new Set(plugins)].join()}}`);
  const replaced = `select unnest(l.replaces) from ${ledgerOf(site)}.ledger l where l.plugin = any (${branches})`;
  return `(${hasRow(site, plugin, slug)} or ((${plugin}) || '@' || (${slug})) in (${replaced}))`;
}

function hasRow(site: Site, plugin: string, slug: string): string {
  return `exists (select from ${ledgerOf(site)}.ledger l where l.plugin = ${plugin} and l.slug = ${slug})`;
}

/**
 * Returns PL/pgSQL that raises "stale" if `rows` need a revision that is neither in the ledger nor earlier in `rows`.
 * Here, too, one query serves all rows: with a thousand revisions, a query for each would take a tenth of the total
 * time. A squash must not run in a database that has a part of what it replaces.
 */
export function checkNeeds(
  site: Site,
  rows: readonly Pick<RowToWrite, 'plugin' | 'slug' | 'needs' | 'replaces'>[],
): string {
  const provided = new Set<string>();
  const needed = new Set<string>();
  for (const { plugin, slug, needs, replaces } of rows) {
    for (const need of needs) if (!provided.has(need)) needed.add(need);
    for (const id of [`${plugin}@${slug}`, ...replaces]) provided.add(id);
  }
  const plugins = Array.from(needed, (id) => id.slice(0, id.indexOf('@')));
  const replaced = rows.flatMap(({ replaces }) => replaces);
  return `select need into missing from json_array_elements_text(${dollarQuote(JSON.stringify([...needed]))}) need
    where not ${isPresent(site, "split_part(need, '@', 1)", "split_part(need, '@', 2)", plugins)} limit 1;
  if missing is not null then
    raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' is no longer applied';
  end if;${replaced.length === 0 ? '' : checkUnreplaced(site, replaced)}`;
}

function checkUnreplaced(site: Site, replaced: readonly string[]): string {
  return `
  select l.plugin || '@' || l.slug into missing from ${ledgerOf(site)}.ledger l
    where l.plugin || '@' || l.slug in (select json_array_elements_text(${dollarQuote(JSON.stringify(replaced))})) limit 1;
  if missing is not null then
    raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' has been applied in the meantime';
  end if;`;
}

export const declarations = `declare
  step record;
  items json[];
  present boolean[];
  missing text;
  ${restoreDeclarations}`;

/**
 * Returns PL/pgSQL that sends a notice with the id of a step, by default that of the record `step`. From it the client
 * learns which revision is running or failed.
 */
export function notify(state: string, id = "step.plugin || '@' || step.slug"): string {
  return `raise notice using errcode = '${state}', message = ${id};`;
}

/** PL/pgSQL that makes `lastval` undefined: it would return the number of the last row that was written to the ledger. */
export const forgetLedger = 'discard sequences;';

/** Returns PL/pgSQL that raises "stale" if an applied revision revises `step`, or what it replaces, or depends on it. */
export function checkDependents(site: Site): string {
  return `select l.plugin || '@' || l.slug into missing from ${ledgerOf(site)}.ledger l
      where ((step.plugin || '@' || step.slug) || coalesce((select d.replaces from ${ledgerOf(site)}.ledger d
        where d.plugin = step.plugin and d.slug = step.slug), '{}')) && (l.revises || l.depends_on) limit 1;
    if missing is not null then
      raise exception using errcode = '${kernelSqlState.stale}', message = missing || ' has been applied in the meantime';
    end if;`;
}
