import { usualSchemas, type Schemas } from '../config/schemas.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.ts';

/**
 * A ledger claims the schema of its application's tables by the comment of its table `ledger`: every role can read
 * comments, also one that may not read the ledger itself. Without this comment the tables are in `public`.
 */
const comment = 'headwater: tables in ';

/** Returns SQL for the schema that the ledger table with the oid `table` claims. */
export function claimSql(table: string): string {
  // A regular expression would take a millisecond in a new session.
  const claimed = `nullif(split_part(obj_description(${table}, 'pg_class'), '${comment}', 2), '')`;
  return `coalesce(${claimed}, ${quoteLiteral(usualSchemas.tables)})`;
}

/** Returns SQL that makes a new ledger claim its tables. An older kernel that finds no comment expects `public`. */
export function claimStatement({ tables, ledger }: Schemas): string {
  if (tables === usualSchemas.tables) return '';
  return `comment on table ${quoteIdentifier(ledger)}.ledger is ${quoteLiteral(`${comment}${tables}`)};`;
}

/** Selects the ledgers of a database, found by their tables, as `ledger` and `tables`. */
export const claimsSql = `select n.nspname::text as ledger, ${claimSql('c.oid')} as tables
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relname = 'ledger' and n.nspname !~ '^pg_'
      and exists (select from pg_catalog.pg_class f where f.relnamespace = n.oid and f.relname = 'format')
      and exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'attempt_id')`;

/** Returns a condition for those rows of {@link claimsSql} with which an application cannot share a database. */
export function conflictSql({ tables, ledger }: Schemas): string {
  const own = quoteLiteral(ledger);
  return `ledger <> ${own} and (tables in (${quoteLiteral(tables)}, ${own}) or ledger = ${quoteLiteral(tables)})`;
}

/**
 * Throws SCHEMA_TAKEN if another application of the database has the schema of the tables or of the ledger. It is asked
 * before a ledger is created, and again under the lock.
 */
export async function assertUnclaimed(session: Pick<Session, 'query' | 'shown' | 'schemas'>): Promise<void> {
  const [owner] = await session.query<Schemas>(
    `select * from (${claimsSql}) claim where ${conflictSql(session.schemas)} order by ledger limit 1`,
  );
  if (owner === undefined) return;
  throw kernelError('SCHEMA_TAKEN', { database: session.shown, ...session.schemas, owner });
}

/** Reads the applications that share the database: the schemas of their tables and of their ledgers. */
export async function readOthers({ query, schemas }: Pick<Session, 'query' | 'schemas'>): Promise<readonly Schemas[]> {
  return query<Schemas>(`select * from (${claimsSql}) claim where ledger <> $1`, [schemas.ledger]);
}
