import { concurrentDropOf, concurrentIndexOf } from '@headwater/kernel/internal/database';
import { quoteLiteral } from '@headwater/kernel/internal/sql';

/**
 * Returns the `check` of a revision whose statement PostgreSQL runs only outside a transaction: a query that tells
 * whether the statement has taken effect. Returns `null` if no such query is known.
 */
export async function completionCheck(statement: string): Promise<string | null> {
  try {
    const index = await concurrentIndexOf(statement);
    if (index !== null) {
      return `select exists (select from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relname = ${quoteLiteral(index.name)} and i.indrelid = to_regclass(${quoteLiteral(index.table)}) and i.indisvalid);`;
    }
    const dropped = await concurrentDropOf(statement);
    if (dropped === null || dropped.length === 0) return null;
    return `select ${dropped.map((name) => `to_regclass(${quoteLiteral(name)}) is null`).join(' and ')};`;
  } catch {
    // The server rejects a statement that the parser rejects.
    return null;
  }
}
