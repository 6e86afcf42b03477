import type { Session } from '@headwater/kernel/internal/database';

/** Returns the number of the next transaction. All later writes have this number or a higher one. */
export async function nextTransaction({ query }: Session): Promise<string> {
  const [row] = await query<{ next: string }>('select pg_snapshot_xmax(pg_current_snapshot())::text as next');
  return row?.next ?? '0';
}

/**
 * Returns how many catalog rows this session has written, including those that were rolled back. If the number has not
 * changed, no object was created, altered or dropped.
 */
export async function catalogWrites({ query }: Session): Promise<string> {
  // PostgreSQL updates these counters at the end of a statement, at most once a second unless forced.
  await query('select pg_stat_force_next_flush()');
  const [row] = await query<{ writes: string }>(
    `select sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid))::text
        as writes from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'`,
  );
  return row?.writes ?? '';
}

/**
 * Drops all schemas. Returns whether that removed everything that was created since the transaction `first`. It does
 * not remove objects outside of schemas, like roles and large objects.
 */
export async function dropAllSchemas({ query, script }: Session, first: string): Promise<boolean> {
  const schemas = await query<{ name: string }>(
    "select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  const drops = schemas.map(({ name }) => `drop schema ${name} cascade;`).join(' ');
  // Recreate the schema `public` as a new database has it.
  await script(
    `${drops} create schema public authorization pg_database_owner; grant usage on schema public to public;
      comment on schema public is 'standard public schema';`,
  );
  // All catalogs except those that `analyze` writes.
  const catalogs = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'
      and relname not in ('pg_statistic', 'pg_statistic_ext_data')`,
  );
  // The rows of the new schema `public`, and the schemas of temporary tables, which outlive their tables.
  const expected: Readonly<Record<string, string>> = {
    pg_namespace: "nspname ~ '^(public$|pg_temp|pg_toast_temp)'",
    pg_description: "objoid = 'public'::regnamespace",
  };
  const left = catalogs.map(
    ({ name }) =>
      `select from pg_catalog.${name} where age(xmin) <= age('${first}'::xid) and not (${expected[name] ?? 'false'})`,
  );
  const [row] = await query<{ clean: boolean }>(`select not exists (${left.join(' union all ')}) as clean`);
  return row?.clean === true;
}
