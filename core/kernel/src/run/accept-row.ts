import type { Revision } from '../plugin/revision.ts';
import { dollarQuote, quoteLiteral } from '../sql/quote.ts';
import { ledgerOf, type Site } from './ledger-row.ts';

/** An edited revision whose row is replaced. */
export interface AcceptedRow {
  readonly revision: Revision;
  /** The JSON of its effects; `null` leaves those that the ledger has. */
  readonly objects: string | null;
  readonly reason: string | null;
  readonly unchecked: boolean;
}

/** The columns that an edit replaces. */
const columns = 'revises, depends_on, replaces, raw, breaking, up, down';
const type =
  'revises text[], depends_on text[], replaces text[], raw text, breaking boolean, up text, down text, objects text';

/** Returns SQL that replaces a row, and writes an event with the old one. */
export function acceptRow(
  site: Pick<Site, 'session'>,
  runId: string,
  { revision, objects, reason, unchecked }: AcceptedRow,
): string {
  const ledger = ledgerOf(site);
  const { plugin, slug, up, down } = revision;
  const row = {
    revises: revision.revises,
    depends_on: revision.dependsOn,
    replaces: revision.replaces,
    raw: revision.raw,
    breaking: revision.breaking,
    up: up.kind === 'sql' ? up.text : null,
    down: down?.kind === 'sql' ? down.text : null,
    objects,
  };
  const detail = JSON.stringify({ reason, unchecked, to: revision.raw });
  const where = `l.plugin = ${quoteLiteral(plugin)} and l.slug = ${quoteLiteral(slug)}`;
  return `insert into ${ledger}.event (kind, plugin, slug, run_id, detail)
    select 'accept', l.plugin, l.slug, ${quoteLiteral(runId)},
      ${dollarQuote(detail)}::jsonb || jsonb_build_object('from', l.raw, 'old', to_jsonb(l))
    from ${ledger}.ledger l where ${where};
  update ${ledger}.ledger l set (${columns}, objects) =
    (select ${columns}, coalesce(n.objects::jsonb, l.objects)
      from json_to_record(${dollarQuote(JSON.stringify(row))}) n(${type}))
    where ${where};`;
}
