import { serverErrorOf, serverSqlState, type Session } from '@headwater/kernel/internal/database';
import { quoteIdentifier } from '@headwater/kernel/internal/sql';
import { devError } from '../error/dev-codes.ts';

/**
 * Reads the names of the applied migrations from MikroORM's table, in order; `null` if there is no such table. `table`
 * may include a schema, as in `audit.migrations`; without one it is looked up in the user's search path, as MikroORM
 * does. Throws ADOPTION_HISTORY_DIFFERS if the table has other columns.
 */
export async function readMigrationNames(session: Session, table: string): Promise<readonly string[] | null> {
  // MikroORM ignores everything after a second dot, too.
  const name = table.split('.').slice(0, 2).map(quoteIdentifier).join('.');
  try {
    const rows = await session.query<{ name: string }>(`select name::text as name from ${name} order by id`);
    return rows.map((row) => row.name);
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === serverSqlState.undefinedTable || code === serverSqlState.undefinedSchema) return null;
    if (code === serverSqlState.undefinedColumn) {
      const details = {
        table,
        database: session.shown,
        problem: "lacks one of the columns of MikroORM's table",
        migrations: ['id', 'name'],
      };
      throw devError('ADOPTION_HISTORY_DIFFERS', details, { cause: error });
    }
    throw error;
  }
}
