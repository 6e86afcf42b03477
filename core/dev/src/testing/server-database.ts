import { randomBytes } from 'node:crypto';
import type { LoadedApp } from '@headwater/kernel/internal/boot';
import type { DatabaseTarget } from '@headwater/kernel/internal/config';
import { openSession, serverErrorOf, withSession, type Session } from '@headwater/kernel/internal/database';
import { dropDatabase } from '../shadow/drop-database.ts';
import type { DisposableDatabase } from './disposable-database.ts';
import { headsHash, upgradeToHeads } from './heads.ts';
import { overrideSession } from './override-session.ts';

type Server = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** The prefix of templates: databases at their heads from which test databases are copied. The hash follows. */
const templatePrefix = 'headwater_template_';

/** The prefix of test databases. The creation time follows, in seconds, in base 36. */
const clonePrefix = 'headwater_test_';

/**
 * The number of templates kept on a server. It is enough for several plugin sets that are tested alternately, before
 * and after an edit.
 */
const mostTemplates = 20;

/** The age in seconds at which a database without connections is considered abandoned by a dead process. */
const forgottenAfter = 3600;

/**
 * Returns a database on a server: an empty one, or a copy of a template that is built once for exactly these revisions.
 * The database that `server` names is used only to connect, and is not changed. Opening it throws DATABASE_PRIVILEGE,
 * DATABASE_UNREACHABLE.
 */
export function databaseOnServer(server: Server): DisposableDatabase {
  const made = Math.floor(Date.now() / 1000).toString(36);
  const name = `${clonePrefix}${made}_${randomBytes(6).toString('hex')}`;
  const target = named(server, name);
  return {
    target,
    async open(loaded) {
      await withSession(server, (admin) => create(admin, name, server, loaded));
      const drop = (): Promise<void> => withSession(server, (admin) => dropDatabase(admin, name));
      try {
        const session = await openSession(target);
        return overrideSession(session, {
          async close() {
            await session.close().catch(() => {});
            await drop();
          },
        });
      } catch (error) {
        await drop();
        throw error;
      }
    },
  };
}

function named(server: Server, database: string): Server {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return { ...server, url: url.href, shown: `${server.shown} (${database})` };
}

async function create(admin: Session, name: string, server: Server, loaded: LoadedApp | null): Promise<void> {
  await dropForgotten(admin);
  if (loaded === null) return void (await admin.query(`create database ${name}`));
  const template = `${templatePrefix}${headsHash(loaded, admin)}`;
  const copy = `create database ${name} template ${template}`;
  try {
    await admin.query(copy);
  } catch (error) {
    if (serverErrorOf(error)?.code !== invalidCatalogName) throw error;
    await buildTemplate(admin, template, server, loaded);
    await admin.query(copy);
  }
}

/** PostgreSQL's SQLSTATE for a database that does not exist. */
const invalidCatalogName = '3D000';

/** Builds the template under another name first, so that an unfinished template is never copied. */
async function buildTemplate(admin: Session, template: string, server: Server, loaded: LoadedApp): Promise<void> {
  // The lock is released at the end of the session. It cannot block a migration, since the database of this session
  // is never migrated.
  await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
  const built = await admin.query('select from pg_database where datname = $1', [template]);
  if (built.length > 0) return;
  const unfinished = `${template}_unfinished`;
  await dropDatabase(admin, unfinished);
  await admin.query(`create database ${unfinished}`);
  try {
    await withSession(named(server, unfinished), (session) => upgradeToHeads(session, loaded));
  } catch (error) {
    await dropDatabase(admin, unfinished);
    throw error;
  }
  await admin.query(`alter database ${unfinished} rename to ${template}`);
  await dropOldTemplates(admin);
}

async function dropOldTemplates(admin: Session): Promise<void> {
  const templates = await unusedDatabases(admin, templatePrefix);
  for (const name of templates.slice(mostTemplates)) await dropUnused(admin, name);
}

async function dropForgotten(admin: Session): Promise<void> {
  const before = Date.now() / 1000 - forgottenAfter;
  for (const name of await unusedDatabases(admin, clonePrefix)) {
    const made = Number.parseInt(name.slice(clonePrefix.length), 36);
    if (made < before) await dropUnused(admin, name);
  }
}

/** Returns the databases without connections, latest first: oids are ascending. */
async function unusedDatabases(admin: Session, prefix: string): Promise<readonly string[]> {
  const found = await admin.query<{ datname: string }>(
    `select datname from pg_database d where starts_with(datname, $1)
      and not exists (select from pg_stat_activity a where a.datid = d.oid) order by oid desc`,
    [prefix],
  );
  return found.map(({ datname }) => datname);
}

/** Drops a database, unless somebody has just connected to it or another process is already dropping it. */
async function dropUnused(admin: Session, name: string): Promise<void> {
  await admin.query(`drop database if exists ${name}`).catch(() => {});
}
