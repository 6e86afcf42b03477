import type { PGlite } from '@electric-sql/pglite';
import { MikroORM, SchemaGenerator } from '@mikro-orm/pglite';
import { embeddedDriver } from './embedded-driver.ts';
import type { EntityPlan } from './entity-plan.ts';
import { ormOptions, type MadeOrm } from './orm.ts';
import { makeTurns } from './turns.ts';

/**
 * Makes an instance on the embedded database. Discovers; asks for the engine, which stays its owner's to close, when it
 * is first used. Two engines on one directory would lose data.
 */
export function makePgliteOrm(plan: EntityPlan, engine: () => PGlite, deadlockAfter?: number): MadeOrm {
  const orm = new MikroORM({
    ...ormOptions(plan),
    driver: embeddedDriver(makeTurns(deadlockAfter)),
    driverOptions: () => ({ pglite: engine() }),
  });
  return { orm, schema: () => new SchemaGenerator(orm.em).getTargetSchema() };
}
