import type { Session } from '../db/session.ts';
import { isKernelError, kernelError } from '../error/kernel-codes.ts';
import type { Revision } from '../plugin/revision.ts';
import { writtenSchema } from '../sql/qualified-name.ts';
import { quoteIdentifier, quoteName } from '../sql/quote.ts';

/** The tables in which other tools record the migrations that they have applied, with the values of `--from`. */
export const journals: Readonly<Record<string, string>> = {
  __drizzle_migrations: 'drizzle',
  flyway_schema_history: 'flyway',
  knex_migrations: 'knex',
  kysely_migration: 'kysely',
  mikro_orm_migrations: 'mikro-orm',
  pgmigrations: 'node-pg-migrate',
  _prisma_migrations: 'prisma',
  migrations: 'typeorm',
  SequelizeMeta: 'umzug',
};

/**
 * Refuses to run revisions whose tables another tool has already created: with `if not exists` they would run again in
 * silence, and otherwise fail in the middle. The database must have the table in which a known tool records its
 * migrations, and a table that one of the revisions creates. Makes one query if there is no such tool. Throws
 * DATABASE_NOT_ADOPTED.
 */
export async function assertAdopted(session: Session, revisions: readonly Revision[]): Promise<void> {
  const found = await session.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and c.relname = any($1)
      order by n.nspname <> $2, 1, 2`,
    [Object.keys(journals), session.schemas.tables],
  );
  const [journal] = found;
  if (journal === undefined) return;
  const creators = new Map<string, string>();
  for (const { up, plugin } of revisions) {
    if (up.kind === 'sql') for (const name of await tablesIn(up.text)) creators.set(name, plugin);
  }
  const schema = quoteIdentifier(session.schemas.tables);
  const inSchema = (name: string): string =>
    writtenSchema(name) === null ? `${schema}.${quoteName(name)}` : quoteName(name);
  const existing = await session.query<{ name: string }>(
    `select name from unnest($1::text[], $2::text[]) as t (name, relation) where to_regclass(relation) is not null order by name`,
    [[...creators.keys()], [...creators.keys()].map(inSchema)],
  );
  const [first] = existing;
  if (first === undefined) return;
  throw kernelError('DATABASE_NOT_ADOPTED', {
    database: session.shown,
    journal: `${journal.schema === session.schemas.tables ? '' : `${journal.schema}.`}${journal.name}`,
    tool: journals[journal.name] ?? '',
    plugin: creators.get(first.name) ?? '',
    tables: existing.map(({ name }) => quoteName(name)),
  });
}

/** Returns the tables that SQL creates; none if the parser refuses it. */
async function tablesIn(text: string): Promise<readonly string[]> {
  const { readSql } = await import('../sql/read-sql.ts');
  try {
    const { statements } = await readSql(text);
    return statements.flatMap(({ creates }) => creates.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  } catch (error) {
    if (isKernelError(error, 'SQL_SYNTAX')) return [];
    throw error;
  }
}
