import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../../../../test/helper/pgbouncer.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { branch, exists, revision, settings, upgrade } from '../db/support.ts';

/** Starts PgBouncer in front of an empty database. Returns a session through it, and one without it. */
async function openThroughPooler(mode: string, poolSize: number): Promise<readonly [pooled: Session, direct: Session]> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  const pooled = await openSession({ ...target, url: await startPgbouncer(target.url, mode, poolSize) });
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
