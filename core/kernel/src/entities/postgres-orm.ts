import { hostname } from 'node:os';
import { MikroORM, SchemaGenerator } from '@mikro-orm/postgresql';
import type { ClientBase } from 'pg';
import type { DatabaseTarget, PoolSettings } from '../config/config.ts';
import { usualSchemas } from '../config/schemas.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { MergedEntities } from './merged-entities.ts';
import { ormOptions, type CreatedOrm } from './orm.ts';

/** The settings that apply if the config has not been read. */
const defaults: PoolSettings = { max: 10, connectTimeout: 10, idleTimeout: 10, statementTimeout: 0 };

/**
 * Creates an ORM instance with a connection pool on a PostgreSQL server, and discovers its entities. Does not connect.
 */
export function createPostgresOrm(
  merged: MergedEntities,
  target: Extract<DatabaseTarget, { kind: 'postgres' }>,
  pool: PoolSettings = defaults,
): CreatedOrm {
  const orm = new MikroORM({
    ...ormOptions(merged, target.schemas),
    // MikroORM requires a name, although the driver uses the connection string.
    dbName: databaseName(target.url),
    // The connection string is the same as for the kernel's own connection, so its query part (sslmode) applies here
    // too. No prepared statement has a name, so any pooler works.
    driverOptions: poolOptions(target, pool),
  });
  const generator = (): SchemaGenerator => new SchemaGenerator(orm.em);
  return {
    orm,
    schema: () => generator().getTargetSchema(),
    createSql: () => generator().getCreateSchemaSQL({ wrap: false }),
  };
}

function poolOptions(
  { url, poolOptions: given, schemas = usualSchemas }: Extract<DatabaseTarget, { kind: 'postgres' }>,
  { max, connectTimeout, idleTimeout, statementTimeout }: PoolSettings,
): object {
  const name = `headwater ${process.pid}@${hostname()}`.slice(0, 63);
  return {
    keepAlive: true,
    application_name: name,
    ...(given === undefined || given === null ? { connectionString: url } : connectionOf(given)),
    max,
    connectionTimeoutMillis: connectTimeout * 1000,
    idleTimeoutMillis: idleTimeout * 1000,
    // A pooler rejects parameters that it does not know, so an absent setting is not sent.
    ...(statementTimeout > 0 && { statement_timeout: statementTimeout * 1000 }),
    verify: pathSetter(schemas.tables),
  };
}

/** Prepares a new client of a pool, which waits for it before it gives the client out. */
type Verify = (client: ClientBase, done: (error?: Error) => void) => void;

/**
 * Lets the SQL of services find the tables without naming their schema. Behind a pooler, which invents the process id of
 * a client, the setting would stay behind for others.
 */
function pathSetter(schema: string): Verify {
  const text = `select set_config('search_path', $1, false)
    where pg_backend_pid() = $2 and current_schema() is distinct from $3`;
  return (client, done) => {
    const pid: unknown = Reflect.get(client, 'processID');
    // The pool takes the error, if there is one, as its callbacks do.
    client.query(text, [quoteIdentifier(schema), pid, schema], (error: Error | null) => done(error ?? undefined));
  };
}

/** Returns the options of the host's pool that describe a connection. The password is hidden from enumeration. */
function connectionOf(given: object): object {
  const { Client: _, Promise: __, log: ___, ...options } = given as Readonly<Record<string, unknown>>;
  const password: unknown = Reflect.get(given, 'password');
  return { ...options, ...(password !== undefined && { password }) };
}

function databaseName(url: string): string {
  const { pathname, username } = new URL(url);
  return decodeURIComponent(pathname.slice(1) || username) || 'postgres';
}
