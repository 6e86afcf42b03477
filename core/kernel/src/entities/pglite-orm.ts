import type { PGlite } from '@electric-sql/pglite';
import { createPostgreSqlTypeParsers, MikroORM, PglitePlatform, SchemaGenerator } from '@mikro-orm/pglite';
import { embeddedDriver } from './embedded-driver.ts';
import type { EntityPlan } from './entity-plan.ts';
import { lendEngine, type Parsers } from './lent-engine.ts';
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
    driverOptions: () => ({ pglite: lendEngine(engine(), parsersLikePg()) }),
  });
  const generator = (): SchemaGenerator => new SchemaGenerator(orm.em);
  return {
    orm,
    schema: () => generator().getTargetSchema(),
    createSql: () => generator().getCreateSchemaSQL({ wrap: false }),
  };
}

/** `bigint` and `bigint[]`. */
const [int8, int8Array] = [20, 1016];

/**
 * Dates, times and bigints as text, which is how the `pg` driver and MikroORM read them. An engine of its own MikroORM
 * tells so itself; a borrowed one reads them as PGlite does, as Date and number.
 */
function parsersLikePg(): Parsers {
  const platform = new PglitePlatform();
  const readArray = (text: string): string[] => platform.unmarshallArray(text);
  return { ...createPostgreSqlTypeParsers(readArray), [int8]: (text: string) => text, [int8Array]: readArray };
}
