import { randomBytes } from 'node:crypto';
import { openSession, serverErrorOf, withSession, type DatabaseTarget, type Prepared, type Session } from '@headwater/kernel/internal';
import { headsHash, upgradeToHeads } from './heads.ts';
import { lentSession } from './lent-session.ts';
import type { DisposableDatabase } from './disposable-database.ts';

type Server = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** Databases at their heads, by their hash, which tests' databases are copied from. */
const templatePrefix = 'headwater_template_';

/** Followed by when it was made, in seconds, in base 36. */
const clonePrefix = 'headwater_test_';

/** So many templates stay on a server: sets of plugins that are tested by turns, and what they were before an edit. */
const mostTemplates = 20;

/** Seconds after which a database that nobody is connected to was left behind by a process that died. */
const forgottenAfter = 3600;

/**
 * Returns a database on a server. It is empty, or a copy of a template that is built once for exactly these revisions. The
 * database that `server` names is only connected to. Opening it throws DATABASE_PRIVILEGE, DATABASE_UNREACHABLE.
 */
export function databaseOnServer(server: Server): DisposableDatabase {
  const made = Math.floor(Date.now() / 1000).toString(36);
  const name = `${clonePrefix}${made}_${randomBytes(6).toString('hex')}`;
  const target = named(server, name);
  return {
    target,
    async open(prepared) {
      await withSession(server, (admin) => create(admin, name, server, prepared));
      const drop = (): Promise<void> => withSession(server, (admin) => dropDatabase(admin, name));
      try {
        const session = await openSession(target);
        return lentSession(session, {
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

async function create(admin: Session, name: string, server: Server, prepared: Prepared | null): Promise<void> {
  await dropForgotten(admin);
  if (prepared === null) return void (await admin.query(`create database ${name}`));
  const template = `${templatePrefix}${headsHash(prepared, admin)}`;
  const copy = `create database ${name} template ${template}`;
  try {
    await admin.query(copy);
  } catch (error) {
    if (serverErrorOf(error)?.code !== invalidCatalogName) throw error;
    await build(admin, template, server, prepared);
    await admin.query(copy);
  }
}

/** PostgreSQL's SQLSTATE for a database that is not there. */
const invalidCatalogName = '3D000';

/** Builds the template under another name, so that one half built is never taken for it. */
async function build(admin: Session, template: string, server: Server, prepared: Prepared): Promise<void> {
  // Ends with the session. Nobody migrates the database that it is taken in.
  await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [template]);
  const built = await admin.query('select from pg_database where datname = $1', [template]);
  if (built.length > 0) return;
  const unfinished = `${template}_unfinished`;
  await dropDatabase(admin, unfinished);
  await admin.query(`create database ${unfinished}`);
  try {
    await withSession(named(server, unfinished), (session) => upgradeToHeads(session, prepared));
  } catch (error) {
    await dropDatabase(admin, unfinished);
    throw error;
  }
  await admin.query(`alter database ${unfinished} rename to ${template}`);
  await dropOldTemplates(admin);
}

async function dropOldTemplates(admin: Session): Promise<void> {
  const templates = await unused(admin, templatePrefix);
  for (const name of templates.slice(mostTemplates)) await dropUnused(admin, name);
}

async function dropForgotten(admin: Session): Promise<void> {
  const before = Date.now() / 1000 - forgottenAfter;
  for (const name of await unused(admin, clonePrefix)) {
    const made = Number.parseInt(name.slice(clonePrefix.length), 36);
    if (made < before) await dropUnused(admin, name);
  }
}

/** Databases that nobody is connected to, latest first: oids count up. */
async function unused(admin: Session, prefix: string): Promise<readonly string[]> {
  const found = await admin.query<{ datname: string }>(
    `select datname from pg_database d where starts_with(datname, $1)
      and not exists (select from pg_stat_activity a where a.datid = d.oid) order by oid desc`,
    [prefix],
  );
  return found.map(({ datname }) => datname);
}

async function dropDatabase(admin: Session, name: string): Promise<void> {
  await admin.query(`drop database if exists ${name} with (force)`);
}

/** Not where somebody has just connected, nor where another process drops it at the same time. */
async function dropUnused(admin: Session, name: string): Promise<void> {
  await admin.query(`drop database if exists ${name}`).catch(() => {});
}
