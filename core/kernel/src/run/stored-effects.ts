import type { Session } from '../db/session.ts';
import type { RevisionEffects } from '../ownership/effects-json.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { trackedSchema } from '../sql/tracked-schema.ts';

/** The effects of an applied revision. */
export interface StoredEffects {
  readonly id: string;
  readonly objects: RevisionEffects;
}

/**
 * Finds the effects of the applied revisions by reading the SQL in a ledger of the first format, which does not record
 * them. Code, and SQL that hides its effects, stays unknown: nobody then owns what it created, and every plugin may
 * change it.
 */
export async function readStoredEffects(
  session: Pick<Session, 'query' | 'schemas'>,
): Promise<readonly StoredEffects[]> {
  const rows = await session.query<{ id: string; plugin: string; up: string }>(
    `select plugin || '@' || slug as id, plugin, up from ${quoteIdentifier(session.schemas.ledger)}.ledger
      where up is not null order by seq`,
  );
  if (rows.length === 0) return [];
  const { proveText } = await import('../ownership/static-proof.ts');
  const schema = trackedSchema();
  const found: StoredEffects[] = [];
  for (const { id, plugin, up } of rows) {
    const context = { schema, author: { id, plugin }, knowsAll: true, hidesCode: true };
    const { effects } = await proveText(up, context);
    if (effects !== null) found.push({ id, objects: effects });
  }
  return found;
}
