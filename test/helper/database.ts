import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseTarget } from '../../core/kernel/src/config/config.ts';
import { removeAfterFile, removedAfterFile } from './leftovers.ts';

/** The engines. Everything that touches a database is tested on both. */
export const databaseKinds = ['postgres', 'pglite'] as const;

/** One of {@link databaseKinds}. */
export type DatabaseKind = (typeof databaseKinds)[number];

type ServerDatabase = Extract<DatabaseTarget, { readonly kind: 'postgres' }>;

/** Returns the URL of a database on the PostgreSQL server of the test run. */
export function serverUrl(database: string): string {
  return `postgres://postgres:postgres@127.0.0.1:${inject('postgresPort')}/${database}`;
}

/** Returns the option `database` of `startTestKernel` and `openTestDatabase`. */
export function testDatabase(kind: DatabaseKind): string {
  return kind === 'postgres' ? serverUrl('postgres') : 'pglite://';
}

/** Creates an empty database, which is removed after the tests. */
export async function emptyDatabase(kind: DatabaseKind): Promise<DatabaseTarget> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  if (kind === 'pglite') {
    const directory = removedAfterFile(join(inject('memory'), name));
    return { kind, directory, shown: `pglite://${directory}` };
  }
  // Copying files takes two thirds of the time that copying through the write-ahead log takes.
  await (await adminConnection()).query(`create database ${name} strategy file_copy`);
  return droppedAfterFile({ kind, url: serverUrl(name), directUrl: null, shown: `127.0.0.1/${name}` });
}

/** Copies a database to which nothing is connected. The copy is removed after the tests. */
export async function copyDatabase(source: DatabaseTarget): Promise<DatabaseTarget> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  if (source.kind === 'pglite') {
    const directory = removedAfterFile(join(inject('memory'), name));
    if (source.directory !== null) cpSync(source.directory, directory, { recursive: true });
    return { ...source, directory, shown: `pglite://${directory}` };
  }
  const template = new URL(source.url).pathname.slice(1);
  await (await adminConnection()).query(`create database ${name} template ${template} strategy file_copy`);
  return droppedAfterFile({ ...source, url: serverUrl(name), shown: `127.0.0.1/${name}` });
}

function droppedAfterFile(target: ServerDatabase): ServerDatabase {
  removeAfterFile(async () => {
    const name = new URL(target.url).pathname.slice(1);
    const connection = await adminConnection();
    // A pool that has ended may still be closing its connections. It does not listen to their errors any longer.
    for (let tries = 0; tries < 20; tries += 1) {
      const { rowCount } = await connection.query('select from pg_stat_activity where datname = $1', [name]);
      if (rowCount === 0) break;
      await sleep(50);
    }
    await connection.query(`drop database if exists ${name} with (force)`);
  });
  return target;
}

/** Drops a database of the server before the end of the run, with its connections. */
export async function dropDatabase(target: ServerDatabase): Promise<void> {
  const name = new URL(target.url).pathname.slice(1);
  await (await adminConnection()).query(`drop database ${name} with (force)`);
}

let admin: Promise<pg.Client> | null = null;

/** A connection that this worker keeps open: connecting takes longer than creating a database. */
function adminConnection(): Promise<pg.Client> {
  const connect = async (): Promise<pg.Client> => {
    const opened = new pg.Client({ connectionString: serverUrl('postgres') });
    // The server closes it after the run.
    opened.on('error', () => {});
    await opened.connect();
    return opened;
  };
  return (admin ??= connect());
}

/** Returns the value of `database` in a config.json. */
export function urlOf(target: DatabaseTarget): string {
  return target.kind === 'postgres' ? target.url : `pglite://${target.directory ?? ''}`;
}

/** Runs SQL in a database of the server, on a new connection. */
export function onServer(database: string, text: string): Promise<readonly Record<string, unknown>[]> {
  return queryAt(serverUrl(database), text);
}

/** Runs SQL in the database at a URL, on a new connection. */
export async function queryAt(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text);
    return result.rows;
  } finally {
    await client.end();
  }
}
