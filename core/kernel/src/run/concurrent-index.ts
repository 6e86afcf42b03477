import { loadModule, parseSync } from 'libpg-query';
import { quoteIdentifier } from '../sql/quote.ts';

/** The index that `create index concurrently` in `text` makes, and its table, quoted as SQL; `null` for anything else. */
export async function concurrentIndexOf(
  text: string,
): Promise<{ readonly name: string; readonly table: string } | null> {
  await loadModule();
  for (const { stmt } of parseSync(text).stmts ?? []) {
    if (stmt === undefined || !('IndexStmt' in stmt)) continue;
    const { concurrent, idxname, relation } = stmt.IndexStmt;
    if (concurrent !== true || idxname === undefined || relation?.relname === undefined) continue;
    const table = [relation.schemaname, relation.relname].flatMap((part) =>
      part === undefined ? [] : [quoteIdentifier(part)],
    );
    return { name: idxname, table: table.join('.') };
  }
  return null;
}

/** The indexes that `drop index concurrently` in `text` drops, quoted as SQL; `null` for anything else. */
export async function concurrentDropOf(text: string): Promise<readonly string[] | null> {
  await loadModule();
  const [{ stmt } = {}] = parseSync(text).stmts ?? [];
  if (stmt === undefined || !('DropStmt' in stmt)) return null;
  const { concurrent, objects = [] } = stmt.DropStmt;
  if (concurrent !== true) return null;
  return objects.map((object) => {
    const parts = 'List' in object ? (object.List.items ?? []) : [];
    return parts.map((part) => quoteIdentifier('String' in part ? (part.String.sval ?? '') : '')).join('.');
  });
}
