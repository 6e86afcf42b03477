import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';

/** Everything that touches a database is tested on both. */
export const databaseKinds = ['postgres', 'pglite'] as const;

/** One of {@link databaseKinds}. */
export type DatabaseKind = (typeof databaseKinds)[number];

/** The URL of a database on the run's PostgreSQL server. */
export function serverUrl(database: string): string {
  return `postgres://postgres:postgres@127.0.0.1:${inject('postgresPort')}/${database}`;
}

/** What `startTestKernel` takes for its `database`. */
export function testDatabase(kind: DatabaseKind): string {
  return kind === 'postgres' ? serverUrl('postgres') : 'pglite://';
}

/** A new and empty database, which goes with the test run. */
export async function emptyDatabase(kind: DatabaseKind): Promise<DatabaseTarget> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  if (kind === 'pglite') {
    const directory = join(inject('memory'), name);
    return { kind, directory, shown: `pglite://${directory}` };
  }
  // By a copy of its files, which takes two thirds of what going through the log does.
  await (await makerOfDatabases()).query(`create database ${name} strategy file_copy`);
  return { kind, url: serverUrl(name), directUrl: null, shown: `127.0.0.1/${name}` };
}

let maker: Promise<pg.Client> | null = null;

/** A connection of this worker's that stays: a new one takes most of the time that a database takes. */
function makerOfDatabases(): Promise<pg.Client> {
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: serverUrl('postgres') });
    // The server ends it when the run is over.
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  return (maker ??= connect());
}

/** What stands for `target` in a config.json. */
export function urlOf(target: DatabaseTarget): string {
  return target.kind === 'postgres' ? target.url : `pglite://${target.directory ?? ''}`;
}

/** Runs SQL on the server over a connection of its own. */
export async function onServer(database: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: serverUrl(database) });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text);
    return result.rows;
  } finally {
    await client.end();
  }
}
