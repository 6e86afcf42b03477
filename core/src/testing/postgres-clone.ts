import { createHash, randomBytes } from 'node:crypto';
import type { Config, DatabaseTarget } from '../config/config.ts';
import { openSession, type Session } from '../db/session.ts';
import { upgrade } from '../kernel/migrate.ts';
import type { Blueprint } from '../kernel/state.ts';

type Server = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** A database at its heads, which is nobody else's. */
export interface Clone {
  readonly target: Server;
  readonly drop: () => Promise<void>;
}

/**
 * Makes a database at the heads of `blueprint` on a server, by copying a template that is built once for exactly these
 * revisions. The server's own database, which the URL names, is only connected to.
 */
export async function cloneDatabase(server: Server, blueprint: Blueprint, config: Config): Promise<Clone> {
  const admin = await openSession(server);
  try {
    const template = `headwater_template_${hashOf(blueprint)}`;
    if (!(await exists(admin, template))) await build(admin, server, template, blueprint, config);
    const name = `headwater_test_${randomBytes(8).toString('hex')}`;
    await admin.query(`create database ${name} template ${template}`);
    return { target: onServer(server, name), drop: () => drop(server, name) };
  } finally {
    await admin.close();
  }
}

/** The same revisions in the same order, and nothing else, have the same hash. */
function hashOf({ set }: Blueprint): string {
  const revisions = set.plugins.flatMap((plugin) => plugin.revisions.map(({ id, raw }) => `${id} ${raw}`));
  return createHash('sha256').update(revisions.join('\n')).digest('hex').slice(0, 20);
}

async function exists(admin: Session, database: string): Promise<boolean> {
  const found = await admin.query('select from pg_database where datname = $1', [database]);
  return found.length > 0;
}

/** Builds the template under another name, so that one half built is never taken for it. */
async function build(
  admin: Session,
  server: Server,
  template: string,
  blueprint: Blueprint,
  config: Config,
): Promise<void> {
  // Of the session, and the server's database is no one's application's: a second process waits, then finds it built.
  await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
  if (await exists(admin, template)) return;
  const unfinished = `${template}_unfinished`;
  await admin.query(`drop database if exists ${unfinished} with (force)`);
  await admin.query(`create database ${unfinished}`);
  const session = await openSession(onServer(server, unfinished));
  try {
    const { error } = await upgrade({ session, blueprint, settings: config.upgrade });
    if (error !== null) throw error;
  } finally {
    await session.close();
  }
  await admin.query(`alter database ${unfinished} rename to ${template}`);
}

async function drop(server: Server, database: string): Promise<void> {
  const admin = await openSession(server);
  try {
    await admin.query(`drop database if exists ${database} with (force)`);
  } finally {
    await admin.close();
  }
}

function onServer(server: Server, database: string): Server {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return { ...server, url: url.href, shown: `${server.shown} (${database})` };
}
