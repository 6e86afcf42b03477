import type { Session } from '../db/session.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { TrackedObjects } from '../sql/tracked-object.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';
import type { AppliedEffects } from './removed-objects.ts';
import type { RevisionEffects } from './effects-json.ts';
import { applyEffects } from './revision-effects.ts';

/** The objects that the applied revisions have created, with their owners, as the ledger records them. */
export interface LedgerOwners {
  /** Reads the rows that have been added since the last call. */
  readonly read: () => Promise<TrackedObjects>;
}

/** One row of the ledger. Its `seq` is text, since it may be larger than a number can hold. */
type Row = readonly [seq: string, plugin: string, slug: string, objects: RevisionEffects];

/** Opens the owners that the ledger of a session records. The ledger must have the current format. */
export function openLedgerOwners(session: Pick<Session, 'query' | 'schemas'>): LedgerOwners {
  const ledger = quoteIdentifier(session.schemas.ledger);
  let schema = trackedSchema();
  let [last, known] = ['0', 0];
  const readNew = async (): Promise<boolean> => {
    const [reply] = await session.query<{ known: number; rows: string }>(
      `select (select count(*)::int from ${ledger}.ledger where seq <= $1::bigint and objects is not null) as known,
        coalesce((select json_agg(json_build_array(seq::text, plugin, slug, objects) order by seq) from ${ledger}.ledger
          where seq > $1::bigint and objects is not null), '[]')::text as rows`,
      [last],
    );
    if (reply?.known !== known) return false;
    const rows = JSON.parse(reply.rows) as readonly Row[];
    for (const [, plugin, slug, objects] of rows) applyEffects(schema, objects, { id: `${plugin}@${slug}`, plugin });
    last = rows.at(-1)?.[0] ?? last;
    known += rows.length;
    return true;
  };
  return {
    async read() {
      if (await readNew()) return schema.objects;
      // A downgrade has removed rows that were read earlier.
      schema = trackedSchema();
      [last, known] = ['0', 0];
      await readNew();
      return schema.objects;
    },
  };
}

/**
 * Reads the effects of the applied revisions in the order of application, except those that the ledger does not know.
 * The ledger must have the current format.
 */
export async function readLedgerEffects(
  session: Pick<Session, 'query' | 'schemas'>,
): Promise<readonly AppliedEffects[]> {
  const [reply] = await session.query<{ rows: string }>(
    `select coalesce(json_agg(json_build_object('id', plugin || '@' || slug, 'plugin', plugin, 'objects', objects)
      order by seq), '[]')::text as rows from ${quoteIdentifier(session.schemas.ledger)}.ledger where objects is not null`,
  );
  return JSON.parse(reply?.rows ?? '[]') as readonly AppliedEffects[];
}
