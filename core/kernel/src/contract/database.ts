import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { token } from './token.ts';

/**
 * The application's database, for services. Each request, each command and each plugin's `start` runs in a separate
 * database context, whose EntityManager caches the entities that it has read. Contexts share nothing.
 */
export interface Database {
  /**
   * The EntityManager of the current context, or of the transaction that is open in it. It may be stored in a variable:
   * it always follows the current context. Throws DATABASE_CONTEXT_MISSING outside a context.
   */
  readonly em: SqlEntityManager;
  /**
   * Runs `work` in a transaction, or in a savepoint if a transaction is open. Flushes the changed entities and commits,
   * or rolls back if `work` throws. On the embedded database the transaction holds the only connection: a query outside
   * the transaction that is awaited inside it throws DATABASE_DEADLOCK after 5 s. Throws DATABASE_CONTEXT_MISSING
   * outside a context.
   */
  readonly transactional: <Result>(work: (em: SqlEntityManager) => Promise<Result>) => Promise<Result>;
  /**
   * Runs `work` in a new context. Use it for work that does not originate from a request, such as a timer or a queue.
   */
  readonly inContext: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /**
   * The schemas of the application in the database. SQL need not name that of the tables: names without a schema are in it.
   */
  readonly schemas: { readonly tables: string; readonly ledger: string };
}

/**
 * The token of the {@link Database}. The kernel binds it. It can be resolved once the database is open: in `start`,
 * requests and commands, and in everything they call.
 *
 * @example
 * bind(Likes).toDynamicValue(({ get }) => {
 *   const database = get(Database);
 *   return {
 *     like: (user, object) => database.transactional(async (em) => { em.create(Like, { user, object }); }),
 *   };
 * });
 */
export const Database = token<Database>('kernel.database');
