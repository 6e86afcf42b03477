import type { Config } from '../config/config.ts';
import { explainSessionError } from '../db/explain-session-error.ts';
import { beginAlone, openingTakes, selfTestKey } from '../db/preflight.ts';
import { oldestSupportedMajor } from '../db/supported-versions.ts';
import { serverErrorOf } from '../db/server-error.ts';
import type { Session } from '../db/session.ts';
import { serverSqlState } from '../db/sql-state.ts';
import { exitCode, type ExitCode } from '../error/exit-code.ts';
import { joinNames } from '../error/join-names.ts';
import { kernelError } from '../error/kernel-codes.ts';
import { readOthers } from '../ledger/claims.ts';
import { assertComplete } from '../ledger/lost-rows.ts';
import { readDrift } from '../migrate/drift-check.ts';
import { quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import type { Access, CheckOutcome, DiagnosisCheck, DiagnosisFinding } from './diagnosis.ts';

type RunCheck = (name: string, run: () => Promise<CheckOutcome>) => Promise<DiagnosisCheck>;

/** The checks that need a connection, in order. */
export const databaseCheckNames = ['server', 'grants', 'pooler', 'lock', 'ddl', 'indexes', 'rows', 'drift'] as const;

/** Runs the checks that need a connection. What they write is rolled back. */
export async function databaseChecks(
  session: Session,
  config: Config,
  access: Access,
  check: RunCheck,
): Promise<readonly DiagnosisCheck[]> {
  const checks: Readonly<Record<(typeof databaseCheckNames)[number], () => Promise<CheckOutcome>>> = {
    server: () => serverOutcome(session),
    grants: () => grantsOutcome(session, config.upgrade.mode),
    pooler: () => poolerOutcome(session, config),
    lock: async () => (access === 'only read' ? selfTest : lockOutcome(session)),
    ddl: async () => (access === 'only read' ? selfTest : ddlOutcome(session)),
    indexes: () => indexesOutcome(session),
    rows: () => rowsOutcome(session),
    drift: () => driftOutcome(session),
  };
  const found: DiagnosisCheck[] = [];
  for (const name of databaseCheckNames) {
    const run = checks[name];
    // An error of the server is a finding, too.
    const explained = (): Promise<CheckOutcome> =>
      run().catch((error: unknown) => {
        throw explainSessionError(error, session);
      });
    found.push(await check(name, explained));
  }
  return found;
}

const finding = (
  severity: DiagnosisFinding['severity'],
  message: string,
  fix: string,
  exit: ExitCode,
): DiagnosisFinding => ({ severity, code: null, message, fix, exitCode: exit });

const selfTest: CheckOutcome = { detail: '', skipped: 'it would write; run it with: npx kernel doctor' };

const notOnServer: CheckOutcome = { detail: '', skipped: 'an embedded database has one user and no pooler' };

async function serverOutcome(session: Session): Promise<CheckOutcome> {
  const [row] = await session.query<{ version: number; recovery: boolean; readOnly: boolean }>(
    `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as recovery,
      current_setting('default_transaction_read_only') = 'on' as "readOnly"`,
  );
  const { version = 0, recovery = false, readOnly = false } = row ?? {};
  if (version < oldestSupportedMajor) {
    const expected = `PostgreSQL ${oldestSupportedMajor} or newer`;
    throw kernelError('DATABASE_UNSUPPORTED', { database: session.shown, found: `PostgreSQL ${version}`, expected });
  }
  if (!recovery && !readOnly) return { detail: 'it accepts writes' };
  const what = recovery ? 'The server is a standby' : 'The role or the database is read-only';
  const fix = 'Upgrade on the primary, as a role that may write: npx kernel migrate:up';
  return {
    detail: '',
    findings: [finding('warning', `${what}, so nothing can be upgraded here.`, fix, exitCode.privilege)],
  };
}

interface Grants {
  readonly user: string;
  readonly base: string;
  readonly isSuperuser: boolean;
  readonly mayCreateSchema: boolean;
  /** `null` if the schema does not exist. */
  readonly mayUse: boolean | null;
  readonly mayCreate: boolean | null;
  /** `null` if there is no ledger. */
  readonly mayRead: boolean | null;
  readonly mayRecord: boolean | null;
  /** The tables of the schema whose owner the role is not. */
  readonly foreign: readonly string[];
}

async function grantsOutcome(session: Session, mode: Config['upgrade']['mode']): Promise<CheckOutcome> {
  if (session.kind === 'pglite') return notOnServer;
  const { tables, ledger } = session.schemas;
  const [found] = await session.query<Grants>(
    `select current_user::text as "user", current_database()::text as base, (select rolsuper from pg_roles where rolname = current_user) as "isSuperuser",
      has_database_privilege(current_database(), 'create') as "mayCreateSchema",
      (select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = $1) as "mayUse",
      (select has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1) as "mayCreate",
      (select has_table_privilege(c.oid, 'select') and has_schema_privilege(n.oid, 'usage') from pg_class c
        join pg_namespace n on n.oid = relnamespace where nspname = $2 and relname = 'ledger') as "mayRead",
      (select has_table_privilege(c.oid, 'insert') from pg_class c join pg_namespace n on n.oid = relnamespace
        where nspname = $2 and relname = 'ledger') as "mayRecord",
      array(select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relkind in ('r', 'p') and not pg_has_role(c.relowner, 'usage')
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1) as "foreign"`,
    [tables, ledger],
  );
  if (found === undefined) return { detail: '' };
  const { user, base, isSuperuser, mayCreateSchema, mayUse, mayCreate, mayRead, mayRecord, foreign } = found;
  const role = quoteIdentifier(user);
  const schema = quoteIdentifier(tables);
  const findings: DiagnosisFinding[] = [];
  const lacks = (what: string, fix: string): void => {
    findings.push(finding('error', `The role ${user} ${what}.`, fix, exitCode.privilege));
  };
  if (mayUse === false) lacks(`may not use the schema ${tables}`, `grant usage on schema ${schema} to ${role};`);
  if (mayRead === false) {
    const kernel = quoteIdentifier(ledger);
    const fix = `grant usage on schema ${kernel} to ${role}; grant select on all tables in schema ${kernel} to ${role};`;
    lacks('may not read the ledger', fix);
  }
  // A role that only starts the application needs no more.
  if (mode !== 'auto') return { detail: `${user}, which only reads the ledger`, findings };
  if ((mayRecord === null || mayUse === null) && !mayCreateSchema) {
    lacks('may not create the schemas', `grant create on database ${quoteIdentifier(base)} to ${role};`);
  }
  if (mayCreate === false) lacks(`may not create tables in ${tables}`, `grant create on schema ${schema} to ${role};`);
  if (mayRecord === false) {
    const fix = 'Upgrade as the role that owns the ledger, and set "upgrade": { "mode": "check" } for this one.';
    lacks('may not write to the ledger, which a start does with "upgrade.mode": "auto"', fix);
  } else if (foreign.length > 0) {
    const [first = ''] = foreign;
    const list = `${foreign.slice(0, 5).join(', ')}${foreign.length > 5 ? ` and ${foreign.length - 5} more` : ''}`;
    lacks(
      `owns not all tables, and could not alter ${list}`,
      `alter table ${schema}.${quoteIdentifier(first)} owner to ${role};`,
    );
  }
  if (isSuperuser) {
    const message = `The role ${user} is a superuser, so a mistake in a revision can reach the whole server.`;
    findings.push(
      finding('warning', message, 'Use two roles: docs/guide/deployment.md#two-database-roles', exitCode.privilege),
    );
  }
  return { detail: user, findings };
}

async function poolerOutcome(session: Session, { database }: Config): Promise<CheckOutcome> {
  if (session.kind === 'pglite') return notOnServer;
  const [row] = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  if (session.pid === null || row?.pid === session.pid) return { detail: 'none' };
  const isBypassed = database.kind === 'postgres' && database.directUrl !== null;
  if (isBypassed) return { detail: 'a pooler, which database.directUrl bypasses' };
  const message = 'The database is behind a connection pooler, so revisions with `transaction: false` cannot run.';
  const fix = 'Set "database": { "url": "…", "directUrl": "postgres://…" } to a URL that bypasses it.';
  return { detail: 'a pooler', findings: [finding('warning', message, fix, exitCode.unsupportedServer)] };
}

/** Takes an advisory lock, which a second connection must not get. */
async function lockOutcome(session: Session): Promise<CheckOutcome> {
  await beginAlone(session, openingTakes);
  try {
    const second = await session.sibling().catch(() => null);
    if (second === null) return { detail: 'held; there is no second connection to try it' };
    try {
      const [row] = await second.query<{ free: boolean }>(`select pg_try_advisory_xact_lock(${selfTestKey}) as free`);
      if (row?.free === false) return { detail: 'a second connection does not get it' };
      const found = 'a server on which two connections get the same advisory lock';
      throw kernelError('DATABASE_UNSUPPORTED', { database: session.shown, found, expected: 'PostgreSQL' });
    } finally {
      await second.close().catch(() => {});
    }
  } finally {
    await session.script('rollback');
  }
}

/** Creates a temporary table and rolls that back. */
async function ddlOutcome(session: Session): Promise<CheckOutcome> {
  const table = 'headwater_self_test';
  try {
    await session.script(`begin; create temporary table ${table} (); rollback`);
  } catch (error) {
    const why: Readonly<Record<string, string>> = {
      [serverSqlState.insufficientPrivilege]: 'the role may not create temporary tables',
      [serverSqlState.readOnlyTransaction]: 'the database is read-only',
    };
    const skipped = why[serverErrorOf(error)?.code ?? ''];
    if (skipped === undefined) throw error;
    return { detail: '', skipped };
  }
  const [row] = await session.query<{ kept: boolean }>(`select to_regclass('pg_temp.${table}') is not null as kept`);
  if (row?.kept !== true) return { detail: 'DDL statements are rolled back' };
  const found = 'a server that does not undo DDL statements';
  throw kernelError('DATABASE_UNSUPPORTED', { database: session.shown, found, expected: 'PostgreSQL' });
}

/** Finds indexes that a failed `create index concurrently` has left, except those that are being built. */
async function indexesOutcome(session: Session): Promise<CheckOutcome> {
  const others = (await readOthers(session)).flatMap(({ tables, ledger }) => [tables, ledger]);
  const rows = await session.query<{ name: string; schema: string; table: string }>(
    `select c.relname::text as name, n.nspname::text as schema, t.relname::text as "table"
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
        join pg_namespace n on n.oid = c.relnamespace
      where not i.indisvalid and c.relkind = 'i' and n.nspname !~ '^pg_' and n.nspname <> all ($1::text[])
        and not exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid)
      order by 2, 1`,
    [others],
  );
  const findings = rows.map(({ name, schema, table }) => {
    const message = `The index ${name} of ${table} is invalid: no query uses it, but every write maintains it.`;
    const fix = `reindex index concurrently ${quoteIdentifier(schema)}.${quoteIdentifier(name)};`;
    return finding('error', message, fix, exitCode.incompleteStep);
  });
  return { detail: rows.length === 0 ? 'all are valid' : '', findings };
}

/** Compares the number of rows in the ledger with the recorded runs. */
async function rowsOutcome(session: Session): Promise<CheckOutcome> {
  const table = quoteLiteral(`${quoteIdentifier(session.schemas.ledger)}.run`);
  const [row] = await session.query<{ hasRuns: boolean }>(`select to_regclass(${table}) is not null as "hasRuns"`);
  if (row?.hasRuns !== true) return { detail: '', skipped: 'there is no ledger that records runs' };
  await assertComplete(session);
  return { detail: 'the ledger has the rows of all recorded runs' };
}

/** Finds the missing objects of applied revisions, and the revisions whose objects are not known. */
async function driftOutcome(session: Session): Promise<CheckOutcome> {
  const { missing, unchecked } = await readDrift(session);
  const findings = missing.map(({ kind, name, table, plugin, createdBy }) => {
    const place = table === null ? name : `${table}.${name}`;
    const message = `The ${kind} ${place} of ${plugin} is missing, which ${createdBy} created.`;
    const fix = `Recreate it with the SQL that ran: npx kernel migrate:show ${createdBy} --applied`;
    return finding('error', message, fix, exitCode.drift);
  });
  const [first] = unchecked;
  if (first !== undefined) {
    // Whoever stamped them, or upgraded the ledger from its first format, has not run them here.
    const more = unchecked.length > 3 ? [`${unchecked.length - 3} more`] : [];
    const names = joinNames([...unchecked.slice(0, 3), ...more]);
    const message = `The ledger does not list what ${names} created, so nobody owns it, and every plugin may change it.`;
    const fix = `Keep other plugins off it. To see what ran: npx kernel migrate:show ${first} --applied`;
    findings.push(finding('warning', message, fix, exitCode.drift));
  }
  return { detail: findings.length === 0 ? 'nothing is missing' : '', findings };
}
