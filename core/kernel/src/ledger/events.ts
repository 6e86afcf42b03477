import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { Ledger } from './ledger.ts';

/** A change of the ledger that concerns an applied revision, and that ran nothing. */
export interface LedgerEvent {
  readonly kind: 'stamp' | 'accept' | 'rename';
  /** In ISO 8601. */
  readonly at: string;
  /** The id of the run. */
  readonly run: string;
  /** The computer; `null` if a kernel of the first format made it, which did not record it. */
  readonly host: string | null;
  /** The version of that kernel; `null` like `host`. */
  readonly kernel: string | null;
  /** The reason that was given; `null` if none was. */
  readonly reason: string | null;
  /** Whether it was made without a comparison with the catalog, on request. */
  readonly unchecked: boolean;
  /** The hash, or the name of the plugin, before; `null` for a stamp. */
  readonly from: string | null;
  /** The hash, or the name of the plugin, after; `null` for a stamp. */
  readonly to: string | null;
}

/** An event, with the revision that it concerns. */
interface Row extends LedgerEvent {
  readonly id: string;
}

/**
 * Reads the events of applied revisions since they were applied, oldest first, by revision: of `ids`, or of all. A ledger
 * of the first format has none that say more than its rows.
 */
export async function readEvents(
  session: Pick<Session, 'query' | 'schemas'>,
  { format }: Pick<Ledger, 'format'>,
  ids?: readonly string[],
): Promise<ReadonlyMap<string, readonly LedgerEvent[]>> {
  if (format < 2) return new Map();
  const ledger = quoteIdentifier(session.schemas.ledger);
  const rows = await session.query<Row>(
    `select l.plugin || '@' || l.slug as id, e.kind, (extract(epoch from e.at) * 1000)::bigint::text as at,
        e.run_id::text as run, r.host, r.kernel_version as kernel, e.detail ->> 'reason' as reason,
        coalesce((e.detail ->> 'unchecked')::boolean, false) as unchecked, e.detail ->> 'from' as from,
        e.detail ->> 'to' as to
      from ${ledger}.ledger l join ${ledger}.event e on e.plugin = l.plugin and coalesce(e.slug, l.slug) = l.slug
        and e.at >= l.applied_at and (e.kind in ('accept', 'rename') or e.kind = 'stamp' and e.run_id = l.run_id)
      left join ${ledger}.run r on r.id = e.run_id
      where $1::text[] is null or l.plugin || '@' || l.slug = any($1) order by e.id`,
    [ids ?? null],
  );
  const events = rows.map(({ id, at, ...event }) => ({
    id,
    event: { ...event, at: new Date(Number(at)).toISOString() },
  }));
  const byRevision = Map.groupBy(events, ({ id }) => id);
  return new Map(Array.from(byRevision, ([id, list]) => [id, list.map(({ event }) => event)]));
}

/** A plugin that got another name in the ledger. */
export interface RenamedBranch {
  readonly from: string;
  /** The name that it has now. */
  readonly to: string;
}

/**
 * Returns the latest change of the name of a plugin: from one of the names `from`, or of the plugin that is `to` now.
 * `null` if there was none. The ledger must have the current format.
 */
export async function latestRename(
  session: Pick<Session, 'query' | 'schemas'>,
  wanted: { readonly from: readonly string[] } | { readonly to: string },
): Promise<RenamedBranch | null> {
  const [from, to] = 'from' in wanted ? [wanted.from, null] : [null, wanted.to];
  // The events of a plugin follow its name.
  const [found] = await session.query<RenamedBranch>(
    `select detail ->> 'from' as from, plugin as to from ${quoteIdentifier(session.schemas.ledger)}.event
      where kind = 'rename' and (detail ->> 'from' = any($1::text[]) or plugin = $2::text) order by id desc limit 1`,
    [from, to],
  );
  return found ?? null;
}
