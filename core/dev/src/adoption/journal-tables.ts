import { historySources } from './sources.ts';

/** Tables that tools keep beside their journal. */
const others = ['knex_migrations_lock', 'kysely_migration_lock', 'typeorm_metadata'];

/** Returns the tables in which tools record migrations. The name of each includes its schema unless that is `public`. */
export function journalTables(more: string | null): ReadonlySet<string> {
  const journals = historySources.values().map(({ journal }) => journal.table);
  return new Set([...journals, ...others, ...(more === null ? [] : [more])]);
}
