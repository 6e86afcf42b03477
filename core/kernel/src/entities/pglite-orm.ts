import type { PGlite } from '@electric-sql/pglite';
import { createPostgreSqlTypeParsers, MikroORM, PglitePlatform, SchemaGenerator } from '@mikro-orm/pglite';
import { createConnectionQueue } from './connection-queue.ts';
import type { MergedEntities } from './merged-entities.ts';
import { ormOptions, type CreatedOrm } from './orm.ts';
import { createPgliteDriver } from './pglite-driver.ts';
import { sharePglite, type Parsers } from './shared-pglite.ts';

/**
 * Creates an ORM instance on the embedded database and discovers its entities. On first use, the instance requests the
 * session's engine, since a second engine on the same directory would lose data. It never closes the engine.
 * `deadlockTimeout` is in milliseconds.
 */
export function createPgliteOrm(merged: MergedEntities, engine: () => PGlite, deadlockTimeout?: number): CreatedOrm {
  const orm = new MikroORM({
    ...ormOptions(merged),
    driver: createPgliteDriver(createConnectionQueue(deadlockTimeout)),
    driverOptions: () => ({ pglite: sharePglite(engine(), parsersLikePg()) }),
  });
  const generator = (): SchemaGenerator => new SchemaGenerator(orm.em);
  return {
    orm,
    schema: () => generator().getTargetSchema(),
    createSql: () => generator().getCreateSchemaSQL({ wrap: false }),
  };
}

/** The oids of `bigint` and `bigint[]`. */
const [int8, int8Array] = [20, 1016];

/**
 * Returns parsers that read dates, times and bigints as text, as MikroORM does with the `pg` driver. MikroORM
 * configures its own engines this way, whereas a shared engine returns Date and number, as PGlite does by default.
 */
function parsersLikePg(): Parsers {
  const platform = new PglitePlatform();
  const readArray = (text: string): string[] => platform.unmarshallArray(text);
  return { ...createPostgreSqlTypeParsers(readArray), [int8]: (text: string) => text, [int8Array]: readArray };
}
