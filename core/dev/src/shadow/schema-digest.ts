import type { Session } from '@headwater/kernel/internal/database';
import { quoteIdentifier } from '@headwater/kernel/internal/sql';

/**
 * Computes a digest of all definitions in a database. Two states of a database with the same digest have the same catalog.
 * The opposite is not true: an object that was dropped and created again has another oid, and so another digest. Returns
 * `null` if there is an event trigger, which may run code with any statement.
 */
export type ReadDigest = () => Promise<string | null>;

/** The name of the prepared statement that computes a digest. */
const statement = 'headwater_digest';

/** The tables, in the schema of a shadow's ledger, of the digests that were recorded and of the hash of each catalog. */
export const digestTables = `create table kernel.digest (n integer primary key, digest text);
  create table kernel.catalog_hash (n integer primary key, catalog oid, transaction xid8, written bigint, hash numeric);`;

/**
 * Returns PL/pgSQL that computes a digest and adds it to the table `kernel.digest`, in the transaction of the revision
 * before it, unless `most` have been added. Only the catalogs in which this transaction has written rows since its last
 * digest are hashed again. A new transaction hashes all. The statements must have been prepared: {@link ReadDigest} does
 * that.
 */
export function recordDigest(most: number): string {
  return `declare
  last integer := (select coalesce(max(n), 0) from kernel.digest);
  changed record;
  found numeric;
begin
  if last < ${most} then
    for changed in select c.n, now.written from kernel.catalog_hash c
        cross join lateral (select pg_stat_get_xact_tuples_inserted(c.catalog)
          + pg_stat_get_xact_tuples_updated(c.catalog) + pg_stat_get_xact_tuples_deleted(c.catalog)) now(written)
        where c.transaction is distinct from pg_current_xact_id() or c.written <> now.written
          or not current_setting('track_counts')::bool
    loop
      execute 'execute ${statement}_' || changed.n into found;
      update kernel.catalog_hash set transaction = pg_current_xact_id(), written = changed.written, hash = found
        where n = changed.n;
    end loop;
    insert into kernel.digest select last + 1, ${unlessCodeRuns('sum(hash)::text')} from kernel.catalog_hash;
  end if;
end;`;
}

/** Reads the digests that {@link recordDigest} added, in order, and removes them. */
export async function takeDigests({ query }: Pick<Session, 'query'>): Promise<readonly (string | null)[]> {
  const rows = await query<{ digest: string | null }>(
    'with taken as (delete from kernel.digest returning *) select digest from taken order by n',
  );
  return rows.map(({ digest }) => digest);
}

/** System catalogs that hold data about rows. `analyze` writes some of them on its own. */
const withoutDefinitions = [
  'pg_largeobject',
  'pg_largeobject_metadata',
  'pg_statistic',
  'pg_statistic_ext_data',
  'pg_subscription_rel',
];

/**
 * Columns that describe files, and hints that PostgreSQL derives from other rows and does not always take back. A column
 * of a newer server that should be here makes digests differ too often, which costs only time.
 */
export const leftOutOfDigests: Readonly<Record<string, readonly string[]>> = {
  pg_class: [
    'relfilenode',
    'relpages',
    'reltuples',
    'relallvisible',
    'relallfrozen',
    'relfrozenxid',
    'relminmxid',
    'relhasindex',
    'relnatts',
    'relchecks',
    'relhasrules',
    'relhastriggers',
    'relhassubclass',
    'reltoastrelid',
  ],
  pg_attribute: ['attcacheoff', 'atthasmissing', 'attmissingval'],
};

/** The storage of long values, which stays when the last column that needs it is dropped. */
const ofToast = (column: string): string =>
  `${column} in (select oid from pg_class where oid > 16383 and relnamespace = 'pg_toast'::regnamespace)`;

/**
 * Rows that define nothing: dropped columns, system columns unless somebody has privileges on them, and the storage of long
 * values unless it has parameters.
 */
const withoutMeaning: Readonly<Record<string, string>> = {
  pg_class: `relnamespace = 'pg_toast'::regnamespace and reloptions is null`,
  pg_attribute: `attisdropped or (attnum < 0 and attacl is null) or ${ofToast('attrelid')}`,
  pg_index: ofToast('indrelid'),
  pg_depend: `classid = 'pg_class'::regclass and ${ofToast('objid')}`,
};

interface SystemCatalog {
  readonly name: string;
  /** Whether a new database has few rows in it. */
  readonly small: boolean;
  readonly columns: readonly { readonly name: string; readonly hashable: boolean }[];
}

/**
 * Returns a function that computes the digest of a database, which must be new. It takes a sixth of the time of reading
 * the catalog.
 *
 * The digest is the sum of the hashes of all rows, in all system catalogs of the database, that describe objects which a
 * new database does not have. From catalogs with few rows, like the schemas, it takes all of them. The catalog reads no
 * others either, so it cannot change without changing the digest, except in {@link leftOutOfDigests} and in rows that
 * define nothing.
 */
export async function openDigest({ query, script }: Pick<Session, 'query' | 'script'>): Promise<ReadDigest> {
  const catalogs = await query<SystemCatalog>(
    `select c.relname as name, c.reltuples between 0 and 20 as small,
        json_agg(json_build_object('name', a.attname,
          'hashable', a.atttypid::regtype::text not in ('pg_node_tree', 'int2vector', 'anyarray')) order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and not c.relisshared
        and has_table_privilege(c.oid, 'select') and c.relname <> all ($1) group by c.oid order by c.relname`,
    [withoutDefinitions],
  );
  const hashes = catalogs.map(hashesOf);
  const sumOf = (rows: string): string => `(${rows}) hashes(hash)`;
  const prepare = [
    ...hashes.map((rows, n) => `prepare ${statement}_${n} as select sum(hash) from ${sumOf(rows)};`),
    `prepare ${statement} as select ${unlessCodeRuns('sum(hash)::text')} as digest from ${sumOf(hashes.join(' union all\n'))};`,
  ];
  const names = catalogs.map(({ name }, n) => `(${n}, 'pg_catalog.${name}'::regclass)`);
  await script(`insert into kernel.catalog_hash (n, catalog) values ${names.join(', ')};`);
  return async () => {
    // A revision may deallocate it, and a new connection does not have it.
    const [known] = await query(`select from pg_catalog.pg_prepared_statements where name = '${statement}'`);
    if (known === undefined) await script(prepare.join('\n'));
    const [row] = await query<{ digest: string | null }>(`execute ${statement}`);
    if (row === undefined) throw new Error('the query for a digest returns one row');
    return row.digest;
  };
}

/** SQL for a value that is null while there is an event trigger. */
function unlessCodeRuns(value: string): string {
  return `case when not exists (select from pg_catalog.pg_event_trigger) then ${value} end`;
}

/** Selects the hashes of the rows of a catalog. `seed` tells its rows from those of other catalogs. */
function hashesOf(catalog: SystemCatalog, seed: number): string {
  const { name, small, columns } = catalog;
  const hashed = columns
    .filter((column) => leftOutOfDigests[name]?.includes(column.name) !== true)
    .map((column) => `${quoteIdentifier(column.name)}${column.hashable ? '' : '::text'}`);
  // The schema `public` may have a comment of the application, which is not in a small catalog.
  const isMade =
    name === 'pg_description' ? `(objoid > 16383 or objoid = to_regnamespace('public'))` : `${keyOf(catalog)} > 16383`;
  return `select hash_record_extended(row(${hashed.join(', ')}), ${seed}) from pg_catalog.${name}
    where ${small ? 'true' : isMade} and not (${withoutMeaning[name] ?? 'false'})`;
}

/** The column of a catalog with the oid of the object that a row describes. */
function keyOf({ columns }: SystemCatalog): string {
  return (columns.find(({ name }) => /^(?:oid|objid|objoid)$/.test(name)) ?? columns[0])?.name ?? '';
}
