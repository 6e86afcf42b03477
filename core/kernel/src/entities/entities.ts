import type { DatabaseTarget } from '../config/config.ts';
import type { Database } from '../contract/database.ts';
import type { PgliteSession } from '../db/pglite-session.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import type { EntityPlan } from './entity-plan.ts';
import type { EntitySource } from './entity-source.ts';
import type { MadeOrm, Orm } from './orm.ts';
import type { Ownership } from './ownership.ts';

/** The entities of all activated plugins, checked, and not yet connected to a database. */
export interface Entities {
  readonly ownership: Ownership;
  /** The SQL by which MikroORM would create their tables in an empty database. */
  readonly createSql: () => Promise<string>;
  /**
   * Opens the database for them, which must be at its heads: a pool of its own on PostgreSQL, `session`'s own engine on
   * the embedded database. Once.
   */
  readonly open: (session: Session) => OpenEntities;
}

/** The database as services use it, while the application runs. */
export interface OpenEntities {
  readonly database: Database;
  /** For the kernel and its tests; plugins get `database`. Its schema generator throws SCHEMA_UPDATE_REFUSED. */
  readonly orm: Orm;
  /** Closes the pool. The embedded engine is its session's to close, after this. */
  readonly close: () => Promise<void>;
}

/** How to load. */
export interface LoadOptions {
  /** Milliseconds after which a wait of a transaction for itself is an error, on the embedded database. Default 5000. */
  readonly deadlockAfter?: number;
}

/**
 * Puts the entities of all activated plugins together, given dependencies first, and lets MikroORM discover them.
 * Importing this file imports nothing of MikroORM; calling it does. Nothing connects. Throws every refusal of entities,
 * extensions and their names (`error/codes/schema.ts`).
 */
export async function loadEntities(
  sources: readonly EntitySource[],
  target: DatabaseTarget,
  { deadlockAfter }: LoadOptions = {},
): Promise<Entities> {
  const { mergeEntities } = await import('./entity-plan.ts');
  const plan = mergeEntities(sources);
  let lender: Session | null = null;
  const make = await makerFor(target, () => engineOf(lender), deadlockAfter);
  const [{ discover }, { databaseOf }] = await Promise.all([import('./discover.ts'), import('./database.ts')]);
  const { orm, ownership, createSql } = discover(plan, () => make(plan));
  return Object.freeze({
    ownership,
    createSql,
    open(session: Session): OpenEntities {
      lender = session;
      return Object.freeze({ database: databaseOf(orm), orm: withoutSchema(orm, target), close: () => orm.close() });
    },
  });
}

async function makerFor(
  target: DatabaseTarget,
  engine: () => PgliteSession['engine'],
  deadlockAfter: number | undefined,
): Promise<(plan: EntityPlan) => MadeOrm> {
  if (target.kind === 'postgres') {
    const { makePostgresOrm } = await import('./postgres-orm.ts');
    return (plan) => makePostgresOrm(plan, target);
  }
  const { makePgliteOrm } = await import('./pglite-orm.ts');
  return (plan) => makePgliteOrm(plan, engine, deadlockAfter);
}

function engineOf(session: Session | null): PgliteSession['engine'] {
  // The session of an embedded target is this one; MikroORM asks when it is first used, which is after `open`.
  return (session as PgliteSession).engine;
}

function withoutSchema(orm: Orm, { shown }: DatabaseTarget): Orm {
  return Object.defineProperty(orm, 'schema', {
    get() {
      throw kernelError('SCHEMA_UPDATE_REFUSED', { database: shown });
    },
  });
}
