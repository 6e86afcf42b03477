import { serverErrorOf, serverSqlState, type Session } from '@headwater/kernel/internal/database';
import { quoteIdentifier } from '@headwater/kernel/internal/sql';
import { devError } from '../error/dev-codes.ts';

/** The table in which a tool records the migrations that it has applied. */
export interface Journal {
  /** Its default name, with the schema if it is not on the search path: `drizzle.__drizzle_migrations`. */
  readonly table: string;
  /** The column with the name of a migration. */
  readonly name: string;
  /** The columns that sort the rows in the order of application. */
  readonly order: readonly string[];
  /** A condition for the rows of applied migrations. Default: all rows. */
  readonly where?: string;
  /** A condition for the rows of migrations that have failed or still run. Default: the tool keeps none. */
  readonly failed?: string;
}

/**
 * Reads the names of the applied migrations from a tool's table, in order; `null` if there is no such table. `table`
 * may include a schema, as in `audit.migrations`; without one it is looked up in the schema of the application's tables,
 * then in the user's search path, as the tools do. Throws ADOPTION_HISTORY_DIFFERS if the table has other columns, or
 * records a migration that has failed, whose effects nobody knows.
 */
export async function readJournal(
  session: Session,
  table: string,
  { name, order, where = 'true', failed = 'false' }: Journal,
): Promise<readonly string[] | null> {
  // MikroORM ignores everything after a second dot, too.
  const written = table.split('.').slice(0, 2).map(quoteIdentifier).join('.');
  const sorted = order.map((column) => quoteIdentifier(column)).join(', ');
  try {
    const home = `${quoteIdentifier(session.schemas.tables)}.${written}`;
    const isHome = !table.includes('.') && (await exists(session, home));
    const names = async (condition: string): Promise<readonly string[]> => {
      const rows = await session.query<{ name: string }>(
        `select ${quoteIdentifier(name)}::text as name from ${isHome ? home : written} where ${condition} order by ${sorted}`,
      );
      return rows.map((row) => row.name);
    };
    const unfinished = await names(failed);
    if (unfinished.length > 0) {
      const problem = 'records migrations that have failed or still run';
      throw devError('ADOPTION_HISTORY_DIFFERS', { table, database: session.shown, problem, migrations: unfinished });
    }
    return await names(where);
  } catch (error) {
    const code = serverErrorOf(error)?.code;
    if (code === serverSqlState.undefinedTable || code === serverSqlState.undefinedSchema) return null;
    if (code === serverSqlState.undefinedColumn) {
      const details = {
        table,
        database: session.shown,
        problem: "lacks one of the columns of the tool's table",
        migrations: [...new Set([...order, name])],
      };
      throw devError('ADOPTION_HISTORY_DIFFERS', details, { cause: error });
    }
    throw error;
  }
}

async function exists(session: Session, relation: string): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>('select to_regclass($1) is not null as found', [relation]);
  return row?.found === true;
}
