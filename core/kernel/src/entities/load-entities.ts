import type { DatabaseTarget, PoolSettings } from '../config/config.ts';
import { usualSchemas } from '../config/schemas.ts';
import type { Database } from '../contract/database.ts';
import type { PgliteSession } from '../db/pglite-session.ts';
import type { Session } from '../db/session.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { assertMikroOrmFits } from '../peers/kernel-peers.ts';
import type { EntityOwnership } from './entity-ownership.ts';
import type { MergedEntities } from './merged-entities.ts';
import type { CreatedOrm, Orm } from './orm.ts';
import type { PluginEntities } from './plugin-entities.ts';

/** The entities of all active plugins, checked but not yet connected to a database. */
export interface Entities {
  readonly ownership: EntityOwnership;
  /** Returns the SQL with which MikroORM would create all tables in an empty database. */
  readonly createSql: () => Promise<string>;
  /**
   * Opens the entities on a database that is at its heads. Uses a separate connection pool on PostgreSQL, and the
   * engine of `session` on the embedded database. May be called only once.
   */
  readonly open: (session: Session | null) => OpenEntities;
}

/** The entities of a running application. */
export interface OpenEntities {
  /** The `Database` service. */
  readonly database: Database;
  /** For the kernel and its tests; plugins use `database`. The schema generator throws SCHEMA_UPDATE_REFUSED. */
  readonly orm: Orm;
  /** Closes the pool. The embedded engine belongs to its session, which must be closed afterwards. */
  readonly close: () => Promise<void>;
}

/** Options of {@link loadEntities}. */
export interface LoadEntitiesOptions {
  /**
   * The time in milliseconds after which a transaction that waits for itself fails. Applies to the embedded database
   * only. Default: 5000.
   */
  readonly deadlockTimeout?: number;
  /** The pool on a server. Default: the defaults of the settings. */
  readonly pool?: PoolSettings;
}

/**
 * Merges the entities of all active plugins, passed in dependency order, and lets MikroORM discover them. Does
 * not connect. MikroORM is imported by the call, not by this module. Throws the errors of entities, extensions and
 * their names (`error/codes/entities.ts`), and of MikroORM's packages (`error/codes/peers.ts`).
 */
export async function loadEntities(
  plugins: readonly PluginEntities[],
  target: DatabaseTarget,
  { deadlockTimeout, pool }: LoadEntitiesOptions = {},
): Promise<Entities> {
  assertMikroOrmFits(target);
  const { mergeEntities } = await import('./merged-entities.ts');
  const merged = mergeEntities(plugins);
  let session: Session | null = null;
  const createOrm = await ormFactory(target, () => engineOf(session), {
    ...(deadlockTimeout !== undefined && { deadlockTimeout }),
    ...(pool && { pool }),
  });
  const [{ discoverEntities }, { createDatabaseService }] = await Promise.all([
    import('./entity-discovery.ts'),
    import('./database-service.ts'),
  ]);
  const { orm, ownership, createSql } = discoverEntities(merged, createOrm);
  return Object.freeze({
    ownership,
    createSql,
    open(given: Session | null): OpenEntities {
      session = given;
      return Object.freeze({
        database: createDatabaseService(orm, target.schemas ?? usualSchemas),
        orm: refuseSchemaUpdates(orm, target),
        close: () => closeForGood(orm),
      });
    },
  });
}

async function ormFactory(
  target: DatabaseTarget,
  engine: () => PgliteSession['engine'],
  { deadlockTimeout, pool }: LoadEntitiesOptions,
): Promise<(merged: MergedEntities) => CreatedOrm> {
  if (target.kind === 'postgres') {
    const { createPostgresOrm } = await import('./postgres-orm.ts');
    return (merged) => createPostgresOrm(merged, target, pool);
  }
  const { createPgliteOrm } = await import('./pglite-orm.ts');
  return (merged) => createPgliteOrm(merged, engine, { deadlockTimeout, schemas: target.schemas });
}

function engineOf(session: Session | null): PgliteSession['engine'] {
  // An embedded target always has a PgliteSession, and MikroORM requests the engine after `open`.
  return (session as PgliteSession).engine;
}

/** Closes the pool. MikroORM would open another one for a service that is used later. */
async function closeForGood(orm: Orm): Promise<void> {
  Object.defineProperty(orm.em.getDriver().getConnection(), 'ensureConnection', {
    value: () => Promise.reject(kernelError('APP_STOPPED', {})),
  });
  await orm.close();
}

function refuseSchemaUpdates(orm: Orm, { shown }: DatabaseTarget): Orm {
  return Object.defineProperty(orm, 'schema', {
    get() {
      throw kernelError('SCHEMA_UPDATE_REFUSED', { database: shown });
    },
  });
}
