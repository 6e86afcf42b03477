import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { token } from './token.ts';

/**
 * The application's database, as services use it. Each request, command and `start` runs in a context of its own, with
 * an EntityManager that remembers the entities it has read; nothing is shared between contexts.
 */
export interface Database {
  /**
   * The EntityManager of the current context, or of the transaction that is open in it: kept in a variable it still
   * follows. Throws DATABASE_CONTEXT_MISSING outside a context.
   */
  readonly em: SqlEntityManager;
  /**
   * Runs `work` in a transaction, or within the one that is open as a savepoint; writes what changed and commits, or
   * rolls back when it throws. On the embedded database, whose one connection it holds, a query from outside it that is
   * awaited inside it throws DATABASE_DEADLOCK after 5 s.
   */
  readonly transactional: <Result>(work: (em: SqlEntityManager) => Promise<Result>) => Promise<Result>;
  /** Runs `work` in a new context: for what no request began, like a timer or a queue. */
  readonly inContext: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** What services ask for it by. The kernel binds it. */
export const Database = token<Database>('kernel.database');
