import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { withSession } from '../../src/db/with-session.ts';
import { readDetails } from '../../src/ledger/ledger.ts';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { applied, branch, revision, settings, upgrade, type Outcome } from './support.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** The database of one test, as its owner and as a role that logs in with the password "secret". */
interface Site {
  readonly owner: PostgresTarget;
  readonly role: string;
  readonly restricted: PostgresTarget;
  /** Runs SQL in the database as a superuser. */
  readonly admin: (text: string) => Promise<unknown>;
}

/** Creates an empty database and a role. `setup` is SQL in which `ROLE` and `BASE` stand for their names. */
async function makeSite(attributes: string, setup = ''): Promise<Site> {
  const owner = await emptyDatabase('postgres');
  if (owner.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  const name = new URL(owner.url).pathname.slice(1);
  const role = `${name}_r`;
  const admin = (text: string): Promise<unknown> =>
    onServer(name, text.replaceAll('ROLE', role).replaceAll('BASE', name));
  await admin(`create role ROLE ${attributes} login password 'secret'; ${setup}`);
  const restricted = { ...owner, url: owner.url.replace('postgres:postgres@', `${role}:secret@`) };
  return { owner, role, restricted, admin };
}

const base = branch('core', 'create table a (x int)', 'create table b (x int)');

/** Every kind of step. Each waits for longer than the shortest limits. */
const everyKind = [
  ...base,
  revision({
    id: 'core@0003',
    revises: 'core@0002',
    up: async ({ query, sql }) => {
      await query(sql`insert into a values (1)`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      await query(sql`select pg_sleep(0.03)`);
    },
  }),
  revision({
    id: 'core@0004',
    revises: 'core@0003',
    up: 'create index concurrently a_x on a (x)',
    transaction: false,
    check: `select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('a_x')), false)`,
  }),
  revision({ id: 'core@0005', revises: 'core@0004', up: 'select pg_sleep(0.03); create table c (x int)' }),
];

/** Upgrades, and returns an error of any command as the outcome. Any other error is a bug. */
async function outcomeOf(target: DatabaseTarget, plan = base): Promise<Outcome> {
  const limits = { ...settings, retryFor: 1, lockWait: 1 };
  try {
    return await withSession(target, (session) => upgrade(session, plan, { settings: limits }));
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { runId: '', applied: [], error };
  }
}

/** The time limits of a role, with the SQLSTATE of each. */
const limits = {
  statement_timeout: '57014',
  lock_timeout: '55P03',
  idle_in_transaction_session_timeout: '25P03',
  transaction_timeout: '25P04',
  idle_session_timeout: '57P05',
} as const;

describe('a role with time limits', () => {
  const cases = Object.entries(limits).flatMap(([setting, sqlState]) =>
    [1, 5, 50, 1000].map((milliseconds) => ({ setting, milliseconds, sqlState })),
  );

  it.each(cases)(
    'of $milliseconds ms for $setting either upgrades or learns the name of the setting',
    async ({ setting, milliseconds, sqlState }) => {
      const { owner, restricted } = await makeSite('superuser', `alter role ROLE set ${setting} = '${milliseconds}ms'`);
      for (const plan of [base, everyKind]) {
        const { error, applied: done } = await outcomeOf(restricted, plan);
        const rows = await withSession(owner, applied).catch(() => []);
        if (error === null) expect(rows).toEqual(plan.map(({ id }) => id));
        else if (error.code === 'DATABASE_QUERY_FAILED') {
          expect(error).toMatchObject({ exitCode: 20, details: { sqlState } });
          expect(error.hint).toContain(`set ${setting} =`);
        } else {
          // The end of the connection may arrive before the reason that the server gave for it.
          expect(milliseconds).toBeLessThan(50);
          expect(['DATABASE_UNREACHABLE', 'OUTCOME_UNKNOWN']).toContain(error.code);
        }
        expect(rows).toEqual(expect.arrayContaining(done.map(({ id }) => id)));
      }
    },
  );

  it.each(Object.keys(limits))('of 500 ms for %s upgrades', async (setting) => {
    const { restricted } = await makeSite('superuser', `alter role ROLE set ${setting} = '500ms'`);
    expect((await outcomeOf(restricted, everyKind)).error).toBeNull();
  });
});

/** Settings that change how PostgreSQL reads and writes values, plans, or reports. */
const unusual = [
  `datestyle = 'German'`,
  `intervalstyle = 'sql_standard'`,
  `timezone = 'Asia/Kathmandu'`,
  `search_path = ''`,
  `client_min_messages = 'error'`,
  `default_transaction_isolation = 'serializable'`,
  `default_transaction_deferrable = on`,
  `session_replication_role = 'replica'`,
  `standard_conforming_strings = off`,
  `backslash_quote = off`,
  `array_nulls = off`,
  `transform_null_equals = on`,
  `quote_all_identifiers = on`,
  `extra_float_digits = -15`,
  `bytea_output = 'escape'`,
  `plan_cache_mode = 'force_generic_plan'`,
  `jit_above_cost = 0`,
  `row_security = off`,
  `work_mem = '64kB'`,
  `"plpgsql.extra_errors" = 'all'`,
  `"plpgsql.variable_conflict" = 'error'`,
  `"plpgsql.check_asserts" = off`,
] as const;

describe('a role with the setting', () => {
  it.each(unusual)('%s upgrades, and reads what it has written', async (setting) => {
    // Without a search path, a plan has to name the schema.
    const plan = setting.startsWith('search_path')
      ? branch('core', 'create table public.a ()', 'drop table public.a')
      : everyKind;
    const { restricted } = await makeSite('superuser', `load 'plpgsql'; alter role ROLE set ${setting}`);
    expect((await outcomeOf(restricted, plan.slice(0, 2))).error).toBeNull();
    expect((await outcomeOf(restricted, plan)).error).toBeNull();
    const details = await withSession(restricted, (session) => readDetails(session));
    expect(details.map(({ id }) => id)).toEqual(plan.map(({ id }) => id));
    for (const { appliedAt } of details) expect(Math.abs(appliedAt.getTime() - Date.now())).toBeLessThan(60_000);
  });
});

/** Missing grants, with the plan that needs them and the hint. */
const grants: readonly (readonly [what: string, setup: string, plan: typeof base, hint: string])[] = [
  ['to connect', 'revoke connect on database BASE from public', base, 'grant connect on database "BASE" to "ROLE"'],
  ['to create the ledger', '', base, 'grant create on database'],
  ['to create tables', 'grant create on database BASE to ROLE', base, 'grant create, usage on schema public'],
];

/** Grants that are missing although the ledger exists. `LEDGER` stands for those that reading it needs. */
const later: readonly (readonly [what: string, setup: string, plan: typeof base, hint: string])[] = [
  ['to use the schema of the ledger', '', base, 'grant usage on schema kernel'],
  ['to read the ledger', 'grant usage on schema kernel to ROLE', base, 'grant select on all tables in schema kernel'],
  ['to write the ledger', 'LEDGER; grant create on schema public to ROLE', everyKind, 'npx kernel migrate:up'],
  ['to change a table', 'LEDGER; grant insert on kernel.ledger to ROLE', everyKind, 'Grant'],
  [
    'to use a sequence',
    'LEDGER; grant insert on kernel.ledger to ROLE; create sequence s',
    [...base, revision({ id: 'core@0003', revises: 'core@0002', up: `select nextval('s')` })],
    'Grant',
  ],
];

describe('a role that lacks the grant', () => {
  it.each(grants)('%s is told so, and no revision is applied', async (_, setup, plan, hint) => {
    const { owner, role, restricted, admin } = await makeSite('', setup);
    const name = new URL(owner.url).pathname.slice(1);
    const { error } = await outcomeOf(restricted, plan);
    expect(error).toMatchObject({ code: 'DATABASE_PRIVILEGE', exitCode: 21 });
    expect(error?.hint).toContain(hint.replace('BASE', name).replace('ROLE', role));
    expect(await withSession(owner, applied).catch(() => [])).toEqual([]);
    await admin('drop owned by ROLE');
  });

  it.each(later)('%s is told so, and nothing changes', async (_, setup, plan, hint) => {
    const { owner, restricted, admin } = await makeSite('');
    expect((await outcomeOf(owner)).error).toBeNull();
    await admin(
      setup.replace(
        'LEDGER',
        'grant usage on schema kernel to ROLE; grant select on all tables in schema kernel to ROLE',
      ),
    );
    const { error } = await outcomeOf(restricted, plan);
    expect(error).toMatchObject({ code: 'DATABASE_PRIVILEGE', exitCode: 21 });
    expect(error?.hint).toContain(hint);
    expect(await withSession(owner, applied)).toEqual(['core@0001', 'core@0002']);
  });
});

describe('a database URL with certificate files', () => {
  it.each([
    ['sslrootcert', 'missing.pem'],
    ['sslcert', 'missing.pem'],
    ['sslkey', 'missing.pem'],
    ['sslrootcert', '.'],
  ])('is refused if %s is %s, which cannot be read', async (parameter, path) => {
    const target = await emptyDatabase('postgres');
    if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
    const { error } = await outcomeOf({ ...target, url: `${target.url}?sslmode=verify-full&${parameter}=${path}` });
    expect(error).toMatchObject({ code: 'DATABASE_CERTIFICATE_INVALID', exitCode: 10 });
    expect(error?.message).toContain(`${parameter}=${path}`);
    expect(error?.message).not.toContain('postgres:postgres');
  });

  it('is refused if a file contains no certificate', async () => {
    const file = join(inject('memory'), 'no-certificate.pem');
    writeFileSync(file, 'not a certificate');
    const server = createServer((socket) => void socket.on('error', () => {}).once('data', () => socket.write('S')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const url = `postgres://u:hush@127.0.0.1:${port}/x?sslmode=verify-full&sslcert=${file}&sslkey=${file}`;
    const { error } = await outcomeOf({ kind: 'postgres', url, directUrl: null, shown: 'the server' });
    expect(error).toMatchObject({ code: 'DATABASE_CERTIFICATE_INVALID', exitCode: 10 });
    expect(error?.message).not.toContain('hush');
  });
});
