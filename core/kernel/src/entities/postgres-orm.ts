import { hostname } from 'node:os';
import { MikroORM, SchemaGenerator } from '@mikro-orm/postgresql';
import type { DatabaseTarget } from '../config/config.ts';
import type { MergedEntities } from './merged-entities.ts';
import { ormOptions, type CreatedOrm } from './orm.ts';

/** The maximum number of connections in an application's pool. The kernel's own connection is not part of the pool. */
const poolSize = 10;

/** The time in milliseconds to wait for a new connection, or for a free one in the pool. */
const connectionTimeout = 10_000;

/**
 * Creates an ORM instance with a connection pool on a PostgreSQL server, and discovers its entities. Does not connect.
 */
export function createPostgresOrm(
  merged: MergedEntities,
  target: Extract<DatabaseTarget, { kind: 'postgres' }>,
): CreatedOrm {
  const orm = new MikroORM({
    ...ormOptions(merged),
    // MikroORM requires a name, although the driver uses the connection string.
    dbName: databaseName(target.url),
    // The connection string is the same as for the kernel's own connection, so its query part (sslmode) applies here
    // too. No prepared statement has a name, so any pooler works.
    driverOptions: {
      connectionString: target.url,
      max: poolSize,
      keepAlive: true,
      connectionTimeoutMillis: connectionTimeout,
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
