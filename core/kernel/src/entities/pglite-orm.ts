import type { PGlite } from '@electric-sql/pglite';
import { createPostgreSqlTypeParsers, MikroORM, PglitePlatform, SchemaGenerator } from '@mikro-orm/pglite';
import { usualSchemas, type Schemas } from '../config/schemas.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { createConnectionQueue } from './connection-queue.ts';
import type { MergedEntities } from './merged-entities.ts';
import { ormOptions, type CreatedOrm } from './orm.ts';
import { createPgliteDriver, type UseOfConnection } from './pglite-driver.ts';
import { sharePglite, type Parsers } from './shared-pglite.ts';

/** Options of {@link createPgliteOrm}. */
export interface PgliteOrmOptions {
  /** In milliseconds. Default: that of {@link createConnectionQueue}. */
  readonly deadlockTimeout?: number | undefined;
  /** Default: `usualSchemas`. */
  readonly schemas?: Schemas | undefined;
}

/**
 * Creates an ORM instance on the embedded database and discovers its entities. On first use, the instance requests the
 * session's engine, since a second engine on the same directory would lose data. It never closes the engine.
 */
export function createPgliteOrm(
  merged: MergedEntities,
  engine: () => PGlite,
  { deadlockTimeout, schemas = usualSchemas }: PgliteOrmOptions = {},
): CreatedOrm {
  const orm = new MikroORM({
    ...ormOptions(merged, schemas),
    driver: createPgliteDriver(createConnectionQueue(deadlockTimeout), pathSetting(engine, schemas)),
    driverOptions: () => ({ pglite: sharePglite(engine(), parsersLikePg()) }),
  });
  const generator = (): SchemaGenerator => new SchemaGenerator(orm.em);
  return {
    orm,
    schema: () => generator().getTargetSchema(),
    createSql: () => generator().getCreateSchemaSQL({ wrap: false }),
  };
}

/**
 * Sets the search path while a service has the connection, so that its SQL need not name the schema of the tables. The
 * connection belongs to the kernel or to the host, which may use it for another application.
 */
function pathSetting(engine: () => PGlite, { tables }: Schemas): UseOfConnection | undefined {
  if (tables === usualSchemas.tables) return undefined;
  return {
    begin: async () => void (await engine().exec(`set search_path = ${quoteIdentifier(tables)}`)),
    end: async () => void (await engine().exec('reset search_path')),
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
