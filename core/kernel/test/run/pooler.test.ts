import { describe, expect, it, onTestFinished } from 'vitest';
import { startWireProxy } from '../../../../test/faults/wire-proxy.ts';
import { through } from '../../../../test/faults/wire-server.ts';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../../../../test/helper/pgbouncer.ts';
import { usualSchemas, type Schemas } from '../../src/config/schemas.ts';
import { assertServicesFindTables, beginAlone } from '../../src/db/preflight.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { branch, exists, revision, settings, upgrade } from '../db/support.ts';

/** Starts PgBouncer in front of an empty database. Returns a session through it, and one without it. */
async function openThroughPooler(
  mode: string,
  poolSize: number,
  schemas: Schemas = usualSchemas,
): Promise<readonly [pooled: Session, direct: Session]> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  const pooled = await openSession({ ...target, schemas, url: await startPgbouncer(target.url, mode, poolSize) });
  const direct = await openSession(target);
  onTestFinished(async () => {
    await pooled.close().catch(() => {});
    await direct.close();
  });
  return [pooled, direct];
}

/** Lists the settings that differ from those of a new connection, except for those that PgBouncer keeps per client. */
const changedSettings = `select pg_backend_pid() as pid, string_agg(name || ' = ' || setting, ', ') as changed
  from pg_settings where setting is distinct from reset_val and source = 'session'
    and lower(name) not in ('application_name', 'client_encoding', 'datestyle', 'standard_conforming_strings')`;

const table = branch('core', 'create table a (x int)');
const index = revision({
  id: 'core@0002',
  revises: 'core@0001',
  up: 'create index concurrently a_x on a (x)',
  transaction: false,
  check: `select to_regclass('a_x') is not null`,
});

describe.runIf(hasPgbouncer)(`behind PgBouncer${pgbouncerSkipReason}`, () => {
  it('an upgrade works in transaction mode', async () => {
    const [pooled, direct] = await openThroughPooler('transaction', 2);
    expect((await upgrade(pooled, [...table, index])).error).toBeNull();
    expect(await exists(direct, 'a_x')).toBe(true);
  });

  it('an upgrade works in transaction mode in a schema of its own, and leaves no setting behind', async () => {
    const [pooled, direct] = await openThroughPooler('transaction', 1, { tables: 'My App', ledger: 'My Ledger' });
    expect((await upgrade(pooled, table)).error).toBeNull();
    expect(await exists(direct, '"My App".a')).toBe(true);
    expect(await exists(direct, '"My Ledger".ledger')).toBe(true);
    expect((await pooled.query<{ changed: string | null }>(changedSettings))[0]?.changed).toBeNull();
  });

  it('a step outside a transaction is refused if its names would be looked up in another schema', async () => {
    const [pooled, direct] = await openThroughPooler('transaction', 3, { tables: 'app', ledger: 'app_ledger' });
    const refused = await upgrade(pooled, [...table, index]);
    expect(refused.error).toMatchObject({ code: 'DIRECT_CONNECTION_NEEDED', exitCode: 22 });
    expect(refused.error?.message).toContain('must begin with "app"');
    expect(await exists(direct, 'app_ledger.ledger')).toBe(false);
  });

  it('services are refused unless the search path of the role begins with the schema of the tables', async () => {
    const [pooled, direct] = await openThroughPooler('transaction', 3, { tables: 'app', ledger: 'app_ledger' });
    const refusal: unknown = await assertServicesFindTables(pooled).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'SEARCH_PATH_WRONG', exitCode: 22 });
    await direct.script('create schema app');
    await direct.script(/alter role .*?;/.exec((refusal as { hint: string }).hint)?.[0] ?? '');
    // Connections that the pooler has opened keep the setting that they began with.
    await direct.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    // PgBouncer ends a client whose query reaches a connection that is gone.
    const isFit = async (): Promise<string> => {
      if (pooled.lost) await pooled.reconnect?.();
      return assertServicesFindTables(pooled).then(() => 'fit', String);
    };
    await expect.poll(isFit, { timeout: 10_000 }).toBe('fit');
    // A direct connection sets its own.
    await expect(
      assertServicesFindTables({ ...direct, schemas: { tables: 'b', ledger: 'y' } }),
    ).resolves.toBeUndefined();
  });

  it('a step outside a transaction is refused before the first write if there is no second connection', async () => {
    const [pooled, direct] = await openThroughPooler('transaction', 1);
    const began = performance.now();
    const { error } = await upgrade(pooled, [...table, index]);
    expect(error).toMatchObject({ code: 'DIRECT_CONNECTION_NEEDED', exitCode: 22, details: { revision: 'core@0002' } });
    expect(error?.hint).toContain('directUrl');
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(await exists(direct, 'kernel.ledger')).toBe(false);
  });

  it.each([
    ['only SQL', table],
    ['a revision outside a transaction', [...table, index]],
  ])('statement mode is refused before the first write, with %s pending', async (_, plan) => {
    const [pooled, direct] = await openThroughPooler('statement', 2);
    const { error } = await upgrade(pooled, plan);
    expect(error).toMatchObject({ code: 'DATABASE_UNSUPPORTED', exitCode: 22 });
    expect(error?.message).toContain('a pooler in statement mode');
    expect(error?.hint).toContain('directUrl');
    expect(await exists(direct, 'kernel.ledger')).toBe(false);
  });

  it('statement mode does not matter if nothing is pending', async () => {
    const [pooled, direct] = await openThroughPooler('statement', 2);
    expect((await upgrade(direct, table)).error).toBeNull();
    expect((await upgrade(pooled, table)).error).toBeNull();
  });

  it.each(['transaction', 'session'])(
    'a session that goes silent within a command is ended in %s mode',
    async (mode) => {
      const target = await emptyDatabase('postgres');
      if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
      const pooler = await startPgbouncer(target.url, mode, 2);
      // The server has a statement, and waits for the message that runs it.
      let goesSilent = false;
      const proxy = await startWireProxy(
        Number(new URL(pooler).port),
        ({ from, type }) => {
          if (!goesSilent || from !== 'client' || type !== 'P') return null;
          goesSilent = false;
          return { fault: 'half-open', place: 'after' };
        },
        0,
      );
      onTestFinished(proxy.close);
      const session = await openSession({ ...target, url: through(pooler, proxy.port) });
      onTestFinished(() => session.close());
      let runs = 0;
      const code = revision({
        id: 'core@0002',
        revises: 'core@0001',
        up: async ({ query, sql }) => {
          runs += 1;
          goesSilent = runs === 1;
          await query(sql`insert into a values (${runs})`);
        },
      });
      const limits = { ...settings, responseTimeout: 0.5, codeTimeout: 1, statementTimeout: 1, lockWait: 3 };
      expect((await upgrade(session, [...table, code], { settings: limits })).error).toBeNull();
      expect(runs).toBe(2);
      expect(await session.query('select x from a')).toEqual([{ x: 2 }]);
    },
  );

  it.each(['transaction', 'session'])(
    'a second connection that goes silent within a command is ended in %s mode',
    async (mode) => {
      const target = await emptyDatabase('postgres');
      if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
      const pooler = await startPgbouncer(target.url, mode, 3);
      let connections = 0;
      let binds = 0;
      const proxy = await startWireProxy(
        Number(new URL(pooler).port),
        ({ from, type }) => {
          if (type === 'startup') connections += 1;
          // The check of the server has opened and closed the second connection. The third one now asks whether the
          // revision is in effect.
          if (from !== 'client' || type !== 'B' || connections !== 3) return null;
          binds += 1;
          return binds === 2 ? { fault: 'half-open', place: 'after' } : null;
        },
        0,
      );
      onTestFinished(proxy.close);
      const session = await openSession({ ...target, url: through(pooler, proxy.port) });
      onTestFinished(() => session.close());
      // With this check, the silent session has a lock on the table.
      const check = `select to_regclass('a_x') is not null and (select count(*) from a) >= 0`;
      const column = revision({ id: 'core@0003', revises: 'core@0002', up: 'alter table a add column y int' });
      const limits = { ...settings, responseTimeout: 0.5, statementTimeout: 1, lockTimeout: 0.5, retryFor: 2 };
      expect((await upgrade(session, [...table, { ...index, check }, column], { settings: limits })).error).toBeNull();
      expect(connections).toBeGreaterThan(3);
    },
  );

  it('a session that goes silent while the server is checked gives the only connection back', async () => {
    const target = await emptyDatabase('postgres');
    if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
    const url = await startPgbouncer(target.url, 'transaction', 1);
    const [silent, other] = [await openSession({ ...target, url }), await openSession({ ...target, url })];
    onTestFinished(async () => void (await Promise.all([silent.close().catch(() => {}), other.close()])));
    await beginAlone(silent, 0.5);
    expect(await other.query('select 1 as n')).toEqual([{ n: 1 }]);
  });

  it.each(['transaction', 'session'])('nothing stays in a server process in %s mode', async (mode) => {
    const [pooled, direct] = await openThroughPooler(mode, 3);
    const limits = { ...settings, lockTimeout: 0.7, statementTimeout: 40 };
    const code = revision({
      id: 'core@0003',
      revises: 'core@0002',
      up: async ({ query, sql }) => void (await query(sql`set timezone = 'Asia/Tokyo'`)),
    });
    expect((await upgrade(pooled, [...table, index, code], { settings: limits })).error).toBeNull();
    const clients = await Promise.all(Array.from({ length: 2 }, () => pooled.sibling()));
    const used = new Set<unknown>();
    for (const client of clients) {
      // A transaction keeps its server process, so that each client has another one.
      await client?.script('begin');
      const [found] = (await client?.query<{ pid: number; changed: string | null }>(changedSettings)) ?? [];
      expect(found?.changed).toBeNull();
      used.add(found?.pid);
    }
    expect(used.size).toBe(2);
    for (const client of clients) await client?.close();
    expect(await exists(direct, 'a_x')).toBe(true);
  });
});
