import { devError } from '../error/dev-codes.ts';
import { quoteIdentifier, serverErrorOf, serverState, type Session } from '@headwater/kernel/internal';

/**
 * Reads which migrations MikroORM says are applied, in that order; `null` where there is no such table. `table` may name a schema, as in `audit.migrations`; without one it is
 * what the user's search path finds, as for MikroORM itself. Throws ADOPTION_HISTORY_DIFFERS where it is another kind of table.
 */
export async function readMigrationNames(session: Session, table: string): Promise<readonly string[] | null> {
  // MikroORM too takes what follows a second dot for nothing.
  const name = table.split('.').slice(0, 2).map(quoteIdentifier).join('.');
  try {
    const rows = await session.query<{ name: string }>(`select name::text as name from ${name} order by id`);
    return rows.map((row) => row.name);
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === serverState.undefinedTable || code === serverState.undefinedSchema) return null;
    if (code === serverState.undefinedColumn) {
      const details = {
        table,
        database: session.shown,
        problem: 'lacks one of the columns of MikroORM',
        migrations: ['id', 'name'],
      };
      throw devError('ADOPTION_HISTORY_DIFFERS', details, { cause: error });
    }
    throw error;
  }
}
