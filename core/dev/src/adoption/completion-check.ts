import { concurrentDropOf, concurrentIndexOf, quoteLiteral } from '@headwater/kernel/internal';

/**
 * A query that tells whether the one statement `text`, which PostgreSQL runs outside a transaction only, has taken
 * effect. `null` where nothing can tell.
 */
export async function checkOf(text: string): Promise<string | null> {
  try {
    const index = await concurrentIndexOf(text);
    if (index !== null) {
      return `select exists (select from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relname = ${quoteLiteral(index.name)} and i.indrelid = to_regclass(${quoteLiteral(index.table)}) and i.indisvalid);`;
    }
    const dropped = await concurrentDropOf(text);
    if (dropped === null || dropped.length === 0) return null;
    return `select ${dropped.map((name) => `to_regclass(${quoteLiteral(name)}) is null`).join(' and ')};`;
  } catch {
    // What the parser refuses, the server would.
    return null;
  }
}

/** Whether PostgreSQL runs `text` in a transaction by now, where it did not before version 12. */
export function addsEnumValue(text: string): boolean {
  return /^\s*alter\s+type\b[^;]*\badd\s+value\b[^;]*;?\s*$/i.test(text);
}
