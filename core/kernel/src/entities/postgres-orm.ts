import { hostname } from 'node:os';
import { MikroORM, SchemaGenerator } from '@mikro-orm/postgresql';
import type { DatabaseTarget } from '../config/config.ts';
import type { EntityPlan } from './entity-plan.ts';
import { ormOptions, type MadeOrm } from './orm.ts';

/** The most connections that an application has open for its entities, beside the kernel's own. */
const mostConnections = 10;

/** Milliseconds to wait for a connection, or for one of the pool to be free, before that is an error. */
const connectTimeout = 10_000;

/** Makes an instance on a PostgreSQL server, with a pool of its own. Discovers; does not connect. */
export function makePostgresOrm(plan: EntityPlan, target: Extract<DatabaseTarget, { kind: 'postgres' }>): MadeOrm {
  const orm = new MikroORM({
    ...ormOptions(plan),
    // The driver's connection string decides; MikroORM wants a name all the same.
    dbName: databaseName(target.url),
    // The same string as the kernel's own connection, so that what its query part says (sslmode) holds here too.
    // Statements are never named, so any pooler may sit between.
    driverOptions: {
      connectionString: target.url,
      max: mostConnections,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeout,
      application_name: `headwater ${process.pid}@${hostname()}`.slice(0, 63),
    },
  });
  const generator = (): SchemaGenerator => new SchemaGenerator(orm.em);
  return {
    orm,
    schema: () => generator().getTargetSchema(),
    createSql: () => generator().getCreateSchemaSQL({ wrap: false }),
  };
}

function databaseName(url: string): string {
  const { pathname, username } = new URL(url);
  return decodeURIComponent(pathname.slice(1) || username) || 'postgres';
}
