import type { Session } from '@headwater/kernel/internal/database';
import { quoteIdentifier } from '@headwater/kernel/internal/sql';

/** The rows of each table, as JSON in a fixed order. */
export type TableRows = ReadonlyMap<string, string>;

/** Reads the rows of all tables outside the schemas of the server and of the ledger. */
export async function readRows({ query, schemas }: Session): Promise<TableRows> {
  const tables = await query<{ schema: string; name: string }>(
    `select n.nspname::text as schema, c.relname::text as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', $1) order by 1, 2`,
    [schemas.ledger],
  );
  const rows = new Map<string, string>();
  for (const { schema, name } of tables) {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
    const [found] = await query<{ rows: string }>(
      `select coalesce(jsonb_agg(r order by r::text), '[]')::text as rows from (select to_jsonb(t) as r from ${table} t) all_rows`,
    );
    rows.set(`${schema}.${name}`, found?.rows ?? '');
  }
  return rows;
}
