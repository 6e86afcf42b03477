import { parseSql } from '../sql/parse-sql.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/**
 * Returns the index that `create index concurrently` in `text` creates, and its table, quoted; `null` for other SQL.
 */
export async function concurrentIndexOf(
  text: string,
): Promise<{ readonly name: string; readonly table: string } | null> {
  for (const { node } of await parseSql(text)) {
    if (!('IndexStmt' in node)) continue;
    const { concurrent, idxname, relation } = node.IndexStmt;
    if (concurrent !== true || idxname === undefined || relation?.relname === undefined) continue;
    const table = [relation.schemaname, relation.relname].flatMap((part) =>
      part === undefined ? [] : [quoteIdentifier(part)],
    );
    return { name: idxname, table: table.join('.') };
  }
  return null;
}

/** Returns the indexes that `drop index concurrently` in `text` drops, quoted; `null` for other SQL. */
export async function concurrentDropOf(text: string): Promise<readonly string[] | null> {
  const [{ node } = {}] = await parseSql(text);
  if (node === undefined || !('DropStmt' in node)) return null;
  const { concurrent, objects = [] } = node.DropStmt;
  if (concurrent !== true) return null;
  return objects.map((object) => {
    const parts = 'List' in object ? (object.List.items ?? []) : [];
    return parts.map((part) => quoteIdentifier('String' in part ? (part.String.sval ?? '') : '')).join('.');
  });
}
