import type { Session } from '../db/session.ts';
import { inSchemas } from './query-fragments.ts';
import { objectStatesQuery } from './object-states-query.ts';

/** The state of one object, for comparing two moments of the same database. */
export interface ObjectState {
  /** A kind of SQL object, or `partition` for the link of a table to its parent. */
  readonly kind: string;
  /** Stays the same if the object is renamed. */
  readonly id: string;
  /** As `nameText` writes it. Parts of a table have plain names. */
  readonly name: string;
  /** The id of the table, view or type that contains it. */
  readonly parent: string | null;
  /** Of its definition, options, privileges and comment, but not of its name. */
  readonly hash: string;
  /** The ids of the columns that it is over. */
  readonly columns: readonly string[];
  /** The file of a table, which a truncation replaces. */
  readonly file: string | null;
  /** For a foreign key. */
  readonly reference: KeyReference | null;
}

/** The target of a foreign key. An action is a letter, as in `pg_constraint`. */
export interface KeyReference {
  /** The id of the referenced table. */
  readonly table: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** The objects of a database, by id. */
export type ObjectStates = ReadonlyMap<string, ObjectState>;

type Row = readonly [
  kind: string,
  id: string,
  name: string,
  parent: string | null,
  hash: string,
  columns: readonly string[] | null,
  extra: readonly string[] | null,
];

/** Reads what a transaction has done to a database so far. */
export interface TransactionReader {
  /**
   * Reads the state of every object, including the ledger's. Names and ids are only stable inside a transaction.
   */
  readonly readObjectStates: () => Promise<ObjectStates>;
  /**
   * Reads the row counts of the open transaction. They include the effects of dynamic SQL, functions, triggers and
   * cascades. They may also include what earlier transactions of the session have not reported yet, so only differences
   * are meaningful.
   */
  readonly readRowCounts: () => Promise<RowCounts>;
}

const queries: Readonly<Record<'headwater_objects' | 'headwater_rows', string>> = {
  headwater_objects: objectStatesQuery,
  headwater_rows: `select current_setting('track_counts')::boolean as counting,
      coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del) filter (where schemaname = 'pg_catalog'), 0) as catalogs,
      coalesce(json_object_agg('c' || relid, json_build_array(n_tup_ins, n_tup_upd, n_tup_del))
        filter (where schemaname !~ '^pg_' and n_tup_ins + n_tup_upd + n_tup_del > 0), '{}')::text as tables,
      array(select 'c' || relation from pg_locks where pid = pg_backend_pid() and locktype = 'relation'
        and mode = 'RowExclusiveLock' and granted) as attempted
      from pg_stat_xact_all_tables`,
};

/**
 * Opens a reader for the transactions of a session. Planning these queries takes longer than running them, so they are
 * prepared once, unless the session goes through a pooler, where the statements would stay behind.
 */
export async function openTransactionReader(
  session: Pick<Session, 'kind' | 'pid' | 'query' | 'script' | 'schemas'>,
): Promise<TransactionReader> {
  const found = await session.query<{ pid: number; names: readonly string[] }>(
    `select pg_backend_pid() as pid, array(select name from pg_prepared_statements
      where starts_with(name, 'headwater_')) as names`,
  );
  const { pid, names } = found[0] ?? { pid: null, names: [] };
  const isDirect = session.kind === 'pglite' || pid === session.pid;
  const missing = Object.entries(queries).filter(([name]) => isDirect && !names.some((found) => found === name));
  const complete = (text: string): string => inSchemas(text, session.schemas.tables, []);
  if (missing.length > 0) {
    await session.script(missing.map(([name, text]) => `prepare ${name} as ${complete(text)};`).join('\n'));
  }
  const rows = async <Found>(name: keyof typeof queries): Promise<readonly Found[]> =>
    session.query<Found>(isDirect ? `execute ${name}` : complete(queries[name]));
  return {
    async readObjectStates() {
      const [row] = await rows<{ states: string }>('headwater_objects');
      return statesIn(row?.states ?? '[]');
    },
    async readRowCounts() {
      const [row] = await rows<CountsRow>('headwater_rows');
      const tables = new Map(Object.entries(JSON.parse(row?.tables ?? '{}') as Readonly<Record<string, TableCounts>>));
      const { catalogs = 0, counting = false, attempted = [] } = row ?? {};
      return { tables, catalogs: Number(catalogs), counting, attempted };
    },
  };
}

/** Reads the state of every object once, without preparing anything in the session. */
export async function readObjectStates(session: Pick<Session, 'query' | 'schemas'>): Promise<ObjectStates> {
  const [row] = await session.query<{ states: string }>(inSchemas(objectStatesQuery, session.schemas.tables, []));
  return statesIn(row?.states ?? '[]');
}

function statesIn(json: string): ObjectStates {
  // The query selects arrays of these fields.
  return new Map((JSON.parse(json) as readonly Row[]).map((one) => [one[1], stateOf(one)]));
}

/** The statement that removes from a session what {@link openTransactionReader} has prepared there. */
export const releaseTransactionReader = `do $$
declare
  name text;
begin
  foreach name in array array(select p.name from pg_prepared_statements p
      where p.name in (${Object.keys(queries)
        .map((name) => `'${name}'`)
        .join(', ')})) loop
    execute format('deallocate %I', name);
  end loop;
end $$;`;

interface CountsRow {
  readonly counting: boolean;
  readonly catalogs: string | number;
  readonly tables: string;
  readonly attempted: readonly string[];
}

function stateOf([kind, id, name, parent, hash, columns, extra]: Row): ObjectState {
  const [first = null, onDelete = '', onUpdate = ''] = extra ?? [];
  const isKey = kind === 'constraint' && first !== null;
  return {
    kind,
    id,
    name,
    parent,
    hash,
    columns: columns ?? [],
    file: isKey ? null : first,
    reference: isKey ? { table: first, onDelete, onUpdate } : null,
  };
}

/** The numbers of rows of one table that a transaction has inserted, updated and deleted. */
export type TableCounts = readonly [inserted: number, updated: number, deleted: number];

/** The numbers of rows that the open transaction has changed so far. */
export interface RowCounts {
  /** By the id of the table. */
  readonly tables: ReadonlyMap<string, TableCounts>;
  /** In the system catalogs together: while it stays the same, no object has changed. */
  readonly catalogs: number;
  /** Whether the server counts at all. */
  readonly counting: boolean;
  /** The ids of the tables whose rows a statement could have changed, even if there were none to change. */
  readonly attempted: readonly string[];
}
