import type { Session } from '@headwater/kernel/internal';

/** A mark in the history of a database: what comes after it has a transaction of this number or a higher one. */
export async function nextTransaction({ query }: Session): Promise<string> {
  const [row] = await query<{ next: string }>('select pg_snapshot_xmax(pg_current_snapshot())::text as next');
  return row?.next ?? '0';
}

/**
 * How many rows of the catalog have ever been written by this session, also by what was rolled back. As long as it stays
 * the same, nothing was created, altered or dropped.
 */
export async function catalogWrites({ query }: Session): Promise<string> {
  // PostgreSQL counts when a statement has ended, at most once a second unless told to.
  await query('select pg_stat_force_next_flush()');
  const [row] = await query<{ writes: string }>(
    `select sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid))::text
        as writes from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'`,
  );
  return row?.writes ?? '';
}

/**
 * Drops all schemas. Gives whether that left nothing of what had come since `first`; roles, large objects and the like are
 * in no schema.
 */
export async function dropEverything({ query, script }: Session, first: string): Promise<boolean> {
  const schemas = await query<{ name: string }>(
    "select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  const drops = schemas.map(({ name }) => `drop schema ${name} cascade;`).join(' ');
  // As it is in a new database.
  await script(
    `${drops} create schema public authorization pg_database_owner; grant usage on schema public to public;
      comment on schema public is 'standard public schema';`,
  );
  // Not what `analyze` writes.
  const catalogs = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'
      and relname not in ('pg_statistic', 'pg_statistic_ext_data')`,
  );
  // The rows of the schema that was just made, and schemas of temporary tables, which stay when these go.
  const made: Readonly<Record<string, string>> = {
    pg_namespace: "nspname ~ '^(public$|pg_temp|pg_toast_temp)'",
    pg_description: "objoid = 'public'::regnamespace",
  };
  const left = catalogs.map(
    ({ name }) =>
      `select from pg_catalog.${name} where age(xmin) <= age('${first}'::xid) and not (${made[name] ?? 'false'})`,
  );
  const [row] = await query<{ clean: boolean }>(`select not exists (${left.join(' union all ')}) as clean`);
  return row?.clean === true;
}
