import { randomUUID } from 'node:crypto';
import type { IDatabaseDriver, MikroORM } from '@mikro-orm/core';
import type { DatabaseSchema, EntityMetadata, SqlEntityManager } from '@mikro-orm/postgresql';
import type { EntityPlan } from './entity-plan.ts';
import { extendMetadata } from './extensions.ts';

/** A MikroORM instance, whatever its driver. */
export type Orm = MikroORM<IDatabaseDriver, SqlEntityManager>;

/** An instance that has discovered its entities, and connects when it is first used. */
export interface MadeOrm {
  readonly orm: Orm;
  /** What its schema generator would create. */
  readonly schema: () => DatabaseSchema;
  /** The SQL by which it would create that in an empty database. */
  readonly createSql: () => Promise<string>;
}

/** The options that are the same with both drivers. */
export function ormOptions(plan: EntityPlan) {
  return {
    entities: Array.from(plan.definitions.values(), ({ entry }) => entry),
    // Two applications in one process must not find each other's contexts.
    contextName: randomUUID(),
    allowGlobalContext: false,
    // The kernel has connected already, and the database is at its heads.
    ensureDatabase: false,
    schemaGenerator: { ignoreSchema: ['kernel'] },
    discovery: {
      onMetadata: (meta: EntityMetadata) => extendMetadata(meta, plan),
      warnWhenNoEntities: false,
      // These are checked here, where the owners are known.
      checkDuplicateTableNames: false,
      checkDuplicateFieldNames: false,
      checkDuplicateEntities: false,
    },
    debug: false,
    colors: false,
  };
}
