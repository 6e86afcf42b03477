import { dollarQuote, quoteLiteral } from '../sql/quote.ts';
import { ledgerOf, type Site } from './ledger-row.ts';

/** A plugin whose rows get a new name, and the hashes of its revisions under it, by slug. */
export interface RenamedRows {
  readonly from: string;
  readonly to: string;
  readonly hashes: Readonly<Record<string, string>>;
  readonly reason: string | null;
}

/** Returns SQL that renames a plugin in all rows and events, and writes an event. The copies of rows in events stay. */
export function renameRows(
  site: Pick<Site, 'session'>,
  runId: string,
  { from, to, hashes, reason }: RenamedRows,
): string {
  const ledger = ledgerOf(site);
  const [old, name, prefix] = [from, to, `${from}@`].map(quoteLiteral);
  const renamed = (column: string): string => `${column} = array(
      select case when starts_with(id, ${prefix}) then ${name} || substr(id, length(${prefix})) else id end
        from unnest(l.${column}) with ordinality as u(id, n) order by n)`;
  return `insert into ${ledger}.event (kind, plugin, run_id, detail)
    select 'rename', ${name}, ${quoteLiteral(runId)}, ${dollarQuote(JSON.stringify({ from, to, reason }))}::jsonb || jsonb_build_object('revisions', count(*))
      from ${ledger}.ledger where plugin = ${old};
  update ${ledger}.ledger l set ${['revises', 'depends_on', 'replaces'].map(renamed).join(',\n    ')}
    where exists (select from unnest(l.revises || l.depends_on || l.replaces) id where starts_with(id, ${prefix}));
  update ${ledger}.ledger l set plugin = ${name}, raw = coalesce(${dollarQuote(JSON.stringify(hashes))}::jsonb ->> l.slug, l.raw)
    where l.plugin = ${old};
  update ${ledger}.ledger l set objects = jsonb_set(objects, '{handedOver}', (
      select jsonb_agg(case when pair ->> 1 = ${old} then jsonb_build_array(pair -> 0, ${name}::text) else pair end order by n)
        from jsonb_array_elements(l.objects -> 'handedOver') with ordinality as h(pair, n)))
    where exists (select from jsonb_array_elements(objects -> 'handedOver') pair where pair ->> 1 = ${old});
  update ${ledger}.event set detail = jsonb_set(detail, '{by}', to_jsonb(${name} || substr(detail ->> 'by', length(${prefix}))))
    where kind = 'squash' and starts_with(detail ->> 'by', ${prefix});
  update ${ledger}.event set plugin = ${name} where plugin = ${old};`;
}
