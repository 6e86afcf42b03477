import type { Session } from '@headwater/kernel/internal/database';

/** A part of a fingerprint, as a SQL expression of type text. It may be null. */
type Part = string;

/**
 * Takes the fingerprint of a new database, and returns a function that tells whether the database is as good as new
 * again. The fingerprint counts the rows of every system catalog, and among them those that were written since. So it
 * shows every row that was added, changed or removed, also by an update of the catalog itself.
 *
 * Two things are left out. `analyze` writes `pg_statistic`, also on its own. The catalogs that all databases of a server
 * share are only examined for the rows that belong to this database.
 */
export async function takeFingerprint({ kind, query, script }: Session): Promise<() => Promise<boolean>> {
  const catalogs = await query<{ name: string; shared: boolean }>(
    `select relname as name, relisshared as shared from pg_class
      where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and has_table_privilege(oid, 'select')
        and relname not in ('pg_statistic', 'pg_statistic_ext_data')`,
  );
  const [first] = await query<{ xid: string }>(
    'select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint % 4294967296)::text as xid',
  );
  // The embedded database has a server of its own.
  const own = catalogs.filter(({ shared }) => kind === 'pglite' || !shared);
  const parts = [
    ...own.map(({ name }) => rowsOf(name, first?.xid ?? '3')),
    ...(kind === 'pglite' ? embeddedParts : serverParts),
  ];
  const text = `select concat_ws(' ', ${parts.join(',\n')}) as fingerprint`;
  // PGlite would take longer to plan this query than to run it.
  if (kind === 'pglite') await script(`prepare headwater_fingerprint as ${text}`);
  const read = async (): Promise<string | null> => {
    const [row] = await query<{ fingerprint: string }>(kind === 'pglite' ? 'execute headwater_fingerprint' : text);
    return row?.fingerprint ?? null;
  };
  const fresh = await read();
  return async () => (await read()) === fresh;
}

/** The number of rows, and of those that were written in the transaction `first` or later. */
function rowsOf(catalog: string, first: string): Part {
  return `(select count(*) || ':' || count(*) filter (where age(xmin) <= age('${first}'::xid)) from pg_catalog.${catalog})`;
}

/** The state of an embedded server outside of its catalogs. */
const embeddedParts: readonly Part[] = [
  // The file that `alter system` writes.
  `md5(pg_read_file('postgresql.auto.conf', true))`,
  '(select count(*) from pg_replication_slots)::text',
  // PostgreSQL forgets neither custom settings, like `my.flag`, nor those of a library, and does not list the former.
  `(select used_bytes from pg_backend_memory_contexts where name = 'GUCMemoryContext')::text`,
];

const ownDatabase = '(select oid from pg_database where datname = current_database())';

/** The rows of a server's shared catalogs that belong to this database. */
const serverParts: readonly Part[] = [
  '(select xmin::text from pg_database where datname = current_database())',
  `(select count(*) from pg_db_role_setting where setdatabase = ${ownDatabase})::text`,
  `(select count(*) from pg_shdescription where classoid = 'pg_database'::regclass and objoid = ${ownDatabase})::text`,
  `(select count(*) from pg_shdepend where dbid = ${ownDatabase})::text`,
  `(select count(*) from pg_subscription where subdbid = ${ownDatabase})::text`,
  '(select count(*) from pg_replication_slots where database = current_database())::text',
];
