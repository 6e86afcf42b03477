import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { emptyDatabase, onServer, serverUrl } from '../../../../test/helper/database.ts';
import { startCuttingProxy } from '../../../../test/faults/cutting-proxy.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { lockKey } from '../../src/run/migration-lock.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { applied, branch, counted, exists, revision, settings, upgrade } from './support.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

/** The database of one test. */
interface TestDatabase {
  readonly target: PostgresTarget;
  /** The name of the database. */
  readonly name: string;
  readonly session: Session;
  /** Opens another connection, by default to the same database. */
  readonly other: (application?: string, url?: string) => Promise<pg.Client>;
}

const test = it.extend<{ database: TestDatabase }>({
  // Vitest requires a pattern here: an empty one means that no other fixture is needed.
  // oxlint-disable-next-line no-empty-pattern
  async database({}, use) {
    const target = await emptyDatabase('postgres');
    if (target.kind !== 'postgres') throw new Error('this is not PostgreSQL');
    const session = await openSession(target);
    const clients: pg.Client[] = [];
    const other: TestDatabase['other'] = async (application = 'another application', url = target.url) => {
      const client = new pg.Client({ connectionString: url, application_name: application });
      clients.push(client);
      client.on('error', () => {});
      await client.connect();
      return client;
    };
    await use({ target, name: new URL(target.url).pathname.slice(1), session, other });
    await session.close().catch(() => {});
    for (const client of clients) await client.end().catch(() => {});
  },
});

const table = branch('core', 'create table a (x int)');

// Concurrent, because most of these tests wait for a timeout.
describe.concurrent('an upgrade on a PostgreSQL server with other sessions', () => {
  test('waits for another session that holds the lock', async ({ database: { session, other } }) => {
    const holder = await other();
    await holder.query(`begin; select pg_advisory_xact_lock(${lockKey})`);
    const waits: string[] = [];
    const running = upgrade(session, table, { observer: { waits: (why) => void waits.push(why) } });
    await expect.poll(() => waits, { timeout: 10_000 }).toContain('migration lock');
    await holder.query('commit');
    expect((await running).error).toBeNull();
  });

  test('gives up at the deadline and names the session that holds the lock', async ({
    database: { session, other },
  }) => {
    const holder = await other('the holder');
    await holder.query(`begin; select pg_advisory_xact_lock(${lockKey})`);
    const result = await upgrade(session, table, { settings: { ...settings, lockWait: 0.3 } });
    expect(result.error).toMatchObject({ code: 'LOCK_WAIT_TIMEOUT', exitCode: 30 });
    expect(result.error?.message).toContain('"the holder"');
    expect(await exists(session, 'a')).toBe(false);
  });

  test('does not wait for a lock in another database', async ({ database: { session, other } }) => {
    const client = await other('elsewhere', serverUrl('postgres'));
    await client.query(`begin; select pg_advisory_xact_lock(${lockKey})`);
    expect((await upgrade(session, table, { settings: { ...settings, lockWait: 0.3 } })).error).toBeNull();
  });

  test('shares its work with seven others, and each revision runs once', async ({ database: { target, session } }) => {
    const plan = branch(
      'core',
      'create table n (x int)',
      ...Array.from({ length: 20 }, () => 'insert into n values (1)'),
    );
    const sessions = await Promise.all(Array.from({ length: 8 }, () => openSession(target)));
    const results = await Promise.all(sessions.map((s) => upgrade(s, plan)));
    await Promise.all(sessions.map((s) => s.close()));
    expect(results.map((r) => r.error)).toEqual(Array.from({ length: 8 }, () => null));
    expect(results.flatMap((r) => r.applied.map((step) => step.id)).toSorted()).toEqual(
      plan.map((r) => r.id).toSorted(),
    );
    expect(await session.query('select count(*)::int as n from n')).toEqual([{ n: 20 }]);
  });

  test('retries while a table is in use, and never blocks others for longer than lock_timeout', async ({
    database: { session, other },
  }) => {
    await upgrade(session, table);
    const reader = await other();
    await reader.query('begin; select * from a');
    const waits: string[] = [];
    const running = upgrade(session, branch('core', 'create table a (x int)', 'alter table a add column y int'), {
      settings: { ...settings, lockTimeout: 0.2 },
      observer: { waits: (why) => void waits.push(why) },
    });
    await sleep(500);
    const live = await other();
    const began = performance.now();
    await live.query('select * from a');
    expect(performance.now() - began).toBeLessThan(1000);
    await reader.query('commit');
    expect((await running).error).toBeNull();
    expect(waits).toContain('table locks');
  });

  test('names the invalid index that it could not drop, with the command', async ({ database: { session, other } }) => {
    await upgrade(session, branch('core', 'create table a (x int); insert into a values (1), (1)'));
    const reader = await other();
    await reader.query('begin; select * from a');
    const r = revision({
      id: 'core@0002',
      revises: 'core@0001',
      up: 'create unique index concurrently "a X" on a (x)',
      transaction: false,
      check: 'select false',
    });
    const { error } = await upgrade(session, [r], { settings: { ...settings, lockTimeout: 0.3 } });
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', details: { sqlState: '23505' } });
    expect(error?.written).toContain('the invalid index "a X", which could not be dropped');
    expect(error?.hint).toContain('drop index concurrently "a X";');
    await reader.query('commit');
  });

  test('gives up on a table that stays in use, and names the blocking session', async ({
    database: { session, other },
  }) => {
    await upgrade(session, table);
    const reader = await other('the long report');
    await reader.query('begin; select * from a');
    const result = await upgrade(session, branch('core', 'create table a (x int)', 'drop table a'), {
      settings: { ...settings, lockTimeout: 0.3, retryFor: 1.2 },
    });
    expect(result.error).toMatchObject({ code: 'MIGRATION_BLOCKED', exitCode: 31 });
    expect(result.error?.message).toContain('"the long report"');
    expect(await exists(session, 'a')).toBe(true);
  });

  test('gives up if another session keeps an uncommitted schema of the name "kernel"', async ({
    database: { session, other },
  }) => {
    const idle = await other('the open psql');
    await idle.query('begin; create schema kernel');
    const { error } = await upgrade(session, table, { settings: { ...settings, lockTimeout: 0.3, retryFor: 1.2 } });
    expect(error).toMatchObject({ code: 'MIGRATION_BLOCKED', details: { revision: null } });
    expect(error?.message).toContain('The ledger did not get its table locks');
    expect(error?.message).toContain('"the open psql"');
    await idle.query('rollback');
    expect((await upgrade(session, table)).error).toBeNull();
  });

  test('finds out which revisions were committed if the connection breaks', async ({ database: { name, session } }) => {
    await upgrade(session, table);
    const plan = [
      ...table,
      ...branch('likes', 'create table l (x int)', 'select pg_sleep(1)', 'insert into l values (1)'),
    ];
    const begun: string[] = [];
    const running = upgrade(session, plan, { observer: { begins: ({ id }) => void begun.push(id) } });
    await expect.poll(() => begun, { timeout: 10_000, interval: 10 }).toContain('likes@0002');
    await onServer(name, `select pg_terminate_backend(${session.pid})`);
    const result = await running;
    expect(result.error).toBeNull();
    expect(result.applied.map((step) => step.id)).toEqual(['likes@0001', 'likes@0002', 'likes@0003']);
    expect(await session.query('select count(*)::int as n from l')).toEqual([{ n: 1 }]);
  });

  test('leaves the lock to another session of the same process after its own connection broke', async ({
    database: { target, name, session },
  }) => {
    await using stack = new AsyncDisposableStack();
    const holder = await openSession(target);
    stack.defer(() => holder.close());
    await holder.script(`begin; select pg_advisory_xact_lock(${lockKey})`);
    const waits: string[] = [];
    const running = upgrade(session, table, { observer: { waits: (why) => void waits.push(why) } });
    await expect.poll(() => waits, { timeout: 10_000 }).toContain('migration lock');
    const lost = session.pid;
    await onServer(name, `select pg_terminate_backend(${lost})`);
    await expect.poll(() => waits, { timeout: 10_000 }).toContain('connection');
    // The new connection asks for the lock after it has ended what was left of the old one.
    await expect
      .poll(
        () => onServer(name, `select from pg_stat_activity where pid = ${session.pid} and query like '%advisory%'`),
        {
          timeout: 10_000,
        },
      )
      .not.toEqual([]);
    await holder.script('commit');
    expect((await running).error).toBeNull();
  });

  test('names the revision during which the connection repeatedly breaks', async ({ database: { session } }) => {
    await upgrade(session, table);
    const terminating = branch('likes', 'select pg_terminate_backend(pg_backend_pid())');
    const result = await upgrade(session, [...table, ...terminating]);
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED', details: { revision: 'likes@0001' } });
    expect(result.error?.message).toContain('broke 3 times');
    expect(await applied(session)).toEqual(['core@0001']);
  });

  test('names that revision even if it shared a transaction', async ({ database: { session } }) => {
    const terminating = branch(
      'likes',
      'create table l ()',
      'select pg_terminate_backend(pg_backend_pid())',
      'select 1',
    );
    const result = await upgrade(session, [...table, ...terminating]);
    expect(result.error).toMatchObject({ code: 'MIGRATION_FAILED', details: { revision: 'likes@0002' } });
    expect(result.applied.map(({ id }) => id)).toEqual(['core@0001', 'likes@0001']);
  });

  test('names the revision that times out in a shared transaction', async ({ database: { session } }) => {
    const slow = branch('likes', 'create table l ()', 'select pg_sleep(60)', 'select 1');
    const result = await upgrade(session, [...table, ...slow], { settings: { ...settings, statementTimeout: 0.5 } });
    expect(result.error?.details).toMatchObject({ revision: 'likes@0002', sqlState: '57014' });
    expect(await applied(session)).toEqual(['core@0001', 'likes@0001']);
  });

  test('overrides the timeouts of the database and the role', async ({ database: { target, name } }) => {
    await onServer(
      name,
      `alter database ${name} set lock_timeout = '1ms'; alter database ${name} set statement_timeout = '150ms'`,
    );
    const bound = await openSession(target);
    const result = await upgrade(bound, branch('core', 'select pg_sleep(0.3)'));
    await bound.close();
    expect(result.error).toBeNull();
  });

  test('overrides the transaction_timeout of the role', async ({ database: { target, name } }) => {
    const role = `${name}_hasty`;
    await onServer(
      name,
      `create role ${role} superuser login password 'hasty'; alter role ${role} set transaction_timeout = '300ms'`,
    );
    const hasty = await openSession({ ...target, url: target.url.replace('postgres:postgres@', `${role}:hasty@`) });
    expect(await hasty.query('show transaction_timeout')).toEqual([{ transaction_timeout: '300ms' }]);
    const code = revision({
      id: 'likes@0001',
      up: async ({ query, sql }) => void (await query(sql`select pg_sleep(0.5)`)),
    });
    const slow = branch('core', 'select pg_sleep(0.5)', 'select pg_sleep(0.5)');
    expect((await upgrade(hasty, [...slow, code])).error).toBeNull();
    await hasty.close();
  });

  test('cancels the query that a code revision runs when its time is up', async ({ database: { session } }) => {
    const r = revision({
      id: 'likes@0001',
      up: async ({ query, sql }) => void (await query(sql`select pg_sleep(60)`)),
    });
    const began = performance.now();
    const result = await upgrade(session, [r], { settings: { ...settings, codeTimeout: 0.3 } });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(result.error).toMatchObject({ code: 'CODE_TIMEOUT', exitCode: 31 });
    expect((await upgrade(session, table)).error).toBeNull();
  });

  test('names the missing grant', async ({ database: { target, name, session } }) => {
    await onServer(name, `create role ${name}_poor login password 'poor'`);
    const url = target.url.replace('postgres:postgres@', `${name}_poor:poor@`);
    const poor = await openSession({ ...target, url });
    const first = await upgrade(poor, table);
    expect(first.error).toMatchObject({ code: 'DATABASE_PRIVILEGE', exitCode: 21 });
    expect(first.error?.hint).toContain('grant create on database');
    await onServer(name, `grant create on database ${name} to ${name}_poor`);
    const second = await upgrade(poor, table);
    expect(second.error).toMatchObject({ code: 'DATABASE_PRIVILEGE' });
    expect(second.error?.hint).toContain(`grant create, usage on schema public to "${name}_poor"`);
    await poor.close();
    expect(await exists(session, 'a')).toBe(false);
  });

  test('needs no more than reading the ledger if nothing is pending', async ({
    database: { target, name, session },
  }) => {
    await upgrade(session, table);
    await onServer(name, `create role ${name}_rows login password 'poor'`);
    const rows = await openSession({ ...target, url: target.url.replace('postgres:postgres@', `${name}_rows:poor@`) });
    const refused = await upgrade(rows, table);
    expect(refused.error).toMatchObject({ code: 'DATABASE_PRIVILEGE', exitCode: 21 });
    const grant = /run: (.*)$/.exec(refused.error?.hint ?? '')?.[1] ?? '';
    expect(grant).toContain(`grant usage on schema kernel to "${name}_rows"`);
    await onServer(name, grant);
    expect((await upgrade(rows, table)).error).toBeNull();
    const pending = await upgrade(rows, [...table, ...branch('likes', 'alter table a add column y int')]);
    expect(pending.error).toMatchObject({ code: 'DATABASE_PRIVILEGE', exitCode: 21 });
    expect(pending.error?.hint).toContain('npx kernel migrate:up');
    await rows.close();
  });

  test('accepts a read-only database that is up to date, and rejects one with pending revisions', async ({
    database: { target, name, session },
  }) => {
    await upgrade(session, table);
    await onServer(name, `alter database ${name} set default_transaction_read_only = on`);
    const bound = await openSession(target);
    expect((await upgrade(bound, table)).error).toBeNull();
    const result = await upgrade(bound, [...table, ...branch('likes', 'create table l ()')]);
    await bound.close();
    expect(result.error).toMatchObject({
      code: 'DATABASE_READ_ONLY',
      exitCode: 21,
      details: { pending: ['likes@0001'] },
    });
  });

  test('reports that the direct URL of a revision outside a transaction leads nowhere', async ({
    database: { target, session },
  }) => {
    await upgrade(session, table);
    const r = revision({
      id: 'core@0002',
      revises: 'core@0001',
      up: 'vacuum a',
      transaction: false,
      check: 'select true',
    });
    const single = await openSession({ ...target, directUrl: 'postgres://postgres:hush@127.0.0.1:1/none' });
    const result = await upgrade(single, [...table, { ...r, check: 'select false' }]);
    await single.close();
    expect(result.error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
    expect(result.error?.message).toContain('127.0.0.1:1/none');
    expect(JSON.stringify([result.error, result.error?.message])).not.toContain('hush');
  });

  it('reports an unreachable server without the password', async () => {
    const gone: DatabaseTarget = {
      kind: 'postgres',
      url: 'postgres://u:hush@127.0.0.1:1/x',
      directUrl: null,
      shown: '127.0.0.1:1/x',
    };
    const error: unknown = await openSession(gone).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
    expect(String(error)).not.toContain('hush');
  });

  test('reports an unknown outcome if the server does not come back', async ({ database: { target, session } }) => {
    await upgrade(session, table);
    let batches = 0;
    const cutter = await startCuttingProxy((moment) => {
      if (moment === 'after sending') batches += 1;
      return false;
    });
    const cut = await openSession({ ...target, url: target.url.replace(/:\d+\//, `:${cutter.port}/`) });
    const running = upgrade(cut, [...table, ...branch('likes', 'select pg_sleep(0.5)')], {
      settings: { ...settings, retryFor: 0.3 },
      observer: { begins: () => cutter.close() },
    });
    const result = await running;
    expect(batches).toBeGreaterThan(0);
    expect(result.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', exitCode: 36, details: { revision: 'likes@0001' } });
    const again = await upgrade(session, [...table, ...branch('likes', 'select pg_sleep(0.5)')]);
    expect(again.error).toBeNull();
  });

  test('reports a pooler that rejects a startup parameter', async ({ database: { target } }) => {
    const refusal = 'unsupported startup parameter: application_name';
    const fields = Buffer.from(`SFATAL\0C08P01\0M${refusal}\0\0`);
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(fields.length + 4, 1);
    const pooler = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.concat([head, fields])));
    });
    pooler.listen(0, '127.0.0.1');
    await once(pooler, 'listening');
    const address = pooler.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const odd = { ...target, url: `postgres://u:hush@127.0.0.1:${port}/x` };
    await expect(openSession(odd)).rejects.toMatchObject({ code: 'DATABASE_UNSUPPORTED', exitCode: 22 });
    pooler.close();
  });

  test('leaves no lock and no open transaction behind', async ({ database: { name, session } }) => {
    const { session: watched } = counted(session);
    await upgrade(watched, branch('core', 'create table a (x int)', 'select 1/0'));
    const left = await onServer(
      name,
      `select (select count(*)::int from pg_locks l where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())) as locks,
        (select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%') as open`,
    );
    expect(left).toEqual([{ locks: 0, open: 0 }]);
  });
});
