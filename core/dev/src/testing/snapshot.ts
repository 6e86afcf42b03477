import { quoteLiteral } from '@headwater/kernel/internal/sql';

/** Runs one statement and returns its rows. */
export type Query = <Row>(text: string) => Promise<readonly Row[]>;

/** The content of all tables and sequences at one moment. */
export interface Snapshot {
  /** The tables that were not empty, by name. */
  readonly tables: ReadonlyMap<string, Contents>;
  /** The arguments of `setval` that restore each sequence, by name. */
  readonly sequences: ReadonlyMap<string, string>;
}

interface Contents {
  /** The columns that are not generated, quoted and separated by commas. */
  readonly columns: string;
  /** The rows as PostgreSQL casts them to text. */
  readonly rows: readonly string[];
}

/** The tables and sequences that a snapshot covers: all of them, or all except those of the ledger. */
export type Extent = 'all' | 'plugins';

/** Takes a snapshot of a database. This is fast if the database has few rows. */
export async function takeSnapshot(query: Query, extent: Extent): Promise<Snapshot> {
  const found = await readRelations(query, extent);
  const tables = new Map<string, Contents>();
  for (const [name, columns] of found.tables) {
    const rows = await readRows(query, name);
    if (rows.length > 0) tables.set(name, { columns, rows });
  }
  return { tables, sequences: await readSequences(query, found.sequences) };
}

/**
 * Restores the content of tables and sequences, and empties tables that were created since. It has to run in a
 * transaction. It skips triggers and foreign keys, which only a superuser may do.
 */
export async function restoreSnapshot(query: Query, snapshot: Snapshot, extent: Extent): Promise<void> {
  const found = await readRelations(query, extent);
  await query('set local session_replication_role = replica');
  // For the few rows of a test, `truncate` would be slower. It also takes an exclusive lock and writes to the catalog.
  for (const name of new Set([...found.tables.keys(), ...snapshot.tables.keys()])) {
    const before = snapshot.tables.get(name);
    if (before === undefined) {
      await query(`delete from only ${name}`);
    } else if (!(await hasRows(query, name, before.rows))) {
      await query(`delete from only ${name}`);
      await query(insertion(name, before));
    }
  }
  const now = await readSequences(query, found.sequences);
  const moved = Array.from(now).flatMap(([name, state]) => {
    const before = snapshot.sequences.get(name);
    return before === undefined || before === state ? [] : [`setval(${quoteLiteral(name)}, ${before})`];
  });
  if (moved.length > 0) await query(`select ${moved.join(', ')}`);
}

/** Tables and sequences, by their quoted names with schemas. */
interface Relations {
  /** Tables that have or had rows, with the columns of {@link Contents}. */
  readonly tables: ReadonlyMap<string, string>;
  readonly sequences: readonly string[];
}

async function readRelations(query: Query, extent: Extent): Promise<Relations> {
  const found = await query<{ name: string; columns: string | null }>(
    `select format('%I.%I', n.nspname, c.relname) as name, case when c.relkind = 'r' then
        (select coalesce(string_agg(quote_ident(a.attname), ', ' order by a.attnum), '') from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') end as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where (c.relkind = 'S' or c.relkind = 'r' and pg_relation_size(c.oid) > 0)
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' ${extent === 'all' ? '' : "and n.nspname <> 'kernel'"}`,
  );
  return {
    tables: new Map(found.flatMap(({ name, columns }) => (columns === null ? [] : [[name, columns]]))),
    sequences: found.flatMap(({ name, columns }) => (columns === null ? [name] : [])),
  };
}

async function readRows(query: Query, table: string, most?: number): Promise<readonly string[]> {
  const limit = most === undefined ? '' : ` limit ${most}`;
  const rows = await query<{ row: string }>(`select headwater::text as row from only ${table} as headwater${limit}`);
  return rows.map(({ row }) => row);
}

/** Whether a table has exactly these rows. */
async function hasRows(query: Query, table: string, rows: readonly string[]): Promise<boolean> {
  const found = await readRows(query, table, rows.length + 1);
  return found.length === rows.length && found.every((row, i) => row === rows[i]);
}

function insertion(table: string, { columns, rows }: Contents): string {
  const values = `unnest(array[${rows.map(quoteLiteral).join(', ')}]::${table}[])`;
  return `insert into ${table} (${columns}) overriding system value select ${columns} from ${values}`;
}

async function readSequences(query: Query, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const one = (name: string): string =>
    `select ${quoteLiteral(name)} as name, concat(last_value, ', ', is_called::text) as state from ${name}`;
  const states = await query<{ name: string; state: string }>(names.map(one).join(' union all '));
  return new Map(states.map(({ name, state }) => [name, state]));
}
