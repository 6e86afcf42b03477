import type { Session } from '../../../kernel/src/db/session.ts';

/**
 * Reads everything that revisions could leave in a database: the rows of all system catalogs, and the state of the
 * session. On a server, only the rows of this database are read of the catalogs that all databases share.
 */
export async function stateOf({ query, script, kind }: Session): Promise<Readonly<Record<string, readonly string[]>>> {
  const catalogs = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'
      and relname not in ('pg_statistic', 'pg_statistic_ext_data')${kind === 'pglite' ? '' : ' and not relisshared'}`,
  );
  const sources: Record<string, string> = Object.fromEntries(
    catalogs.map(({ name }) => [
      name,
      `select (to_jsonb(t) - '${vacuumed.join("' - '")}')::text as row from ${name} t`,
    ]),
  );
  const state: Record<string, readonly string[]> = {};
  // The ids of the ledger's objects differ between two databases.
  await script('begin; drop schema if exists kernel cascade');
  for (const [name, select] of Object.entries({
    ...sources,
    ...sessionSources,
    ...(kind === 'pglite' ? embeddedSources : serverSources),
  })) {
    state[name] = (await query<{ row: string }>(select)).map(({ row }) => row).toSorted();
  }
  await script('rollback');
  state['lastval'] = [
    await query('select lastval()').then(
      () => 'a value',
      () => 'none',
    ),
  ];
  return state;
}

/** The columns that a vacuum in the background updates. */
const vacuumed = ['relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid'];

const sessionSources: Readonly<Record<string, string>> = {
  // Each connection has a name of its own.
  settings: "select name || setting as row from pg_settings where name <> 'application_name'",
  prepared: `select name as row from pg_prepared_statements where name not like 'headwater\\_%'`,
  cursors: 'select name as row from pg_cursors where is_holdable',
  channels: 'select pg_listening_channels() as row',
  locks: `select l::text as row from pg_locks l where pid = pg_backend_pid() and locktype = 'advisory'`,
};

const embeddedSources: Readonly<Record<string, string>> = {
  configuration: 'select name || setting as row from pg_file_settings',
  slots: 'select slot_name as row from pg_replication_slots',
};

const own = '(select oid from pg_database where datname = current_database())';

const serverSources: Readonly<Record<string, string>> = {
  database: `select (to_jsonb(d) - 'oid' - 'datname' - 'datfrozenxid' - 'datminmxid')::text as row from pg_database d
    where oid = ${own}`,
  'database settings': `select setconfig::text as row from pg_db_role_setting where setdatabase = ${own}`,
  'database comment': `select description as row from pg_shdescription where objoid = ${own}`,
  subscriptions: `select subname as row from pg_subscription where subdbid = ${own}`,
  references: `select classid::regclass::text as row from pg_shdepend where dbid = ${own}`,
  slots: 'select slot_name as row from pg_replication_slots where database = current_database()',
};

/** Returns the rows that only one of two states has, by their source. */
export function stateDifferences(
  before: Readonly<Record<string, readonly string[]>>,
  after: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const lines = (state: Readonly<Record<string, readonly string[]>>): ReadonlySet<string> =>
    new Set(Object.entries(state).flatMap(([source, rows]) => rows.map((row) => `${source}: ${row}`)));
  const [old, current] = [lines(before), lines(after)];
  return [
    ...Array.from(old.difference(current), (line) => `- ${line}`),
    ...Array.from(current.difference(old), (line) => `+ ${line}`),
  ];
}
