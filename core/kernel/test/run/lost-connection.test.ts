import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { emptyDatabase, onServer } from '../../../../test/helper/database.ts';
import { startCuttingProxy } from '../../../../test/faults/cutting-proxy.ts';
import { countTrials } from '../../../../test/faults/trials.ts';
import { startWireProxy, type Injection, type WireMessage } from '../../../../test/faults/wire-proxy.ts';
import type { DatabaseTarget } from '../../src/config/config.ts';
import { openSession, type Session } from '../../src/db/session.ts';
import { withSession } from '../../src/db/with-session.ts';
import { isKernelError } from '../../src/error/kernel-codes.ts';
import { applied, branch, revision, settings, upgrade, type Outcome } from '../db/support.ts';

type PostgresTarget = Extract<DatabaseTarget, { kind: 'postgres' }>;

async function emptyPostgres(): Promise<PostgresTarget> {
  const target = await emptyDatabase('postgres');
  if (target.kind !== 'postgres') throw new Error('expected a PostgreSQL database');
  return target;
}

const nameOf = (target: PostgresTarget): string => new URL(target.url).pathname.slice(1);

const plan = branch('core', 'create table a (x int)', 'insert into a values (1)', 'insert into a values (2)');
const ids = plan.map(({ id }) => id);

/** Upgrades through a proxy that cuts the connections at the moments for which `cuts` returns true. */
async function upgradeThroughProxy(
  target: PostgresTarget,
  cuts: (n: number) => boolean,
): Promise<{ readonly moments: number; readonly outcome: Outcome }> {
  let moments = 0;
  const proxy = await startCuttingProxy((_, n) => {
    moments = n;
    return cuts(n);
  });
  const url = target.url.replace(/:\d+\//, `:${proxy.port}/`);
  try {
    const outcome = await withSession({ ...target, url }, (session) => upgrade(session, plan));
    return { moments, outcome };
  } catch (error) {
    if (!isKernelError(error)) throw error;
    return { moments, outcome: { runId: '', applied: [], error } };
  } finally {
    proxy.close();
  }
}

/** Checks that the verdict matches the database, in which each revision may have run at most once. */
async function checkVerdict(target: PostgresTarget, { error, applied: committed }: Outcome): Promise<void> {
  await withSession(target, async (session) => {
    const rows = await applied(session).catch(() => []);
    if (error === null) expect(rows).toEqual(ids);
    else expect(error.code).toBe('DATABASE_UNREACHABLE');
    expect(committed.map(({ id }) => id)).toEqual(rows);
    expect((await upgrade(session, plan)).error).toBeNull();
    expect(await session.query('select x from a order by x')).toEqual([{ x: 1 }, { x: 2 }]);
  });
}

describe('an upgrade whose connection breaks twice', () => {
  it('reports what the database contains, for every moment on the wire', async () => {
    const { moments } = await upgradeThroughProxy(await emptyPostgres(), () => false);
    expect(moments).toBeGreaterThan(15);
    // The second cut hits the new connection while it opens, waits for the lock, reads the ledger, or runs the rest.
    const distances = [1, 3, 6, 9, 11, 12, 13, 14, 15, 17];
    const trials = Array.from({ length: moments }, (_, i) => distances.map((more) => [i + 1, i + 1 + more])).flat();
    const pending = trials[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const cuts of pending) {
        const target = await emptyPostgres();
        const { outcome } = await upgradeThroughProxy(target, (n) => cuts.includes(n));
        await checkVerdict(target, outcome);
      }
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    countTrials(trials.length);
  }, 120_000);
});

describe('an upgrade over a slow network', () => {
  it('F-30: completes within its limits if each round trip takes 200 ms', async () => {
    const target = await emptyPostgres();
    let trips = 0;
    const slow = ({ type, from }: WireMessage): Injection | null => {
      if (from !== 'server' || type !== 'Z') return null;
      trips += 1;
      return { fault: 'stall', place: 'before' };
    };
    const proxy = await startWireProxy(inject('postgresPort'), slow, 200);
    onTestFinished(proxy.close);
    const url = target.url.replace(/:\d+\//, `:${proxy.port}/`);
    const began = performance.now();
    const outcome = await withSession({ ...target, url }, (session) => upgrade(session, plan));
    expect(outcome).toMatchObject({ error: null, applied: ids.map((id) => ({ id })) });
    expect(performance.now() - began).toBeGreaterThan(trips * 200);
    await checkVerdict(target, outcome);
  });
});

describe('an upgrade whose connection goes silent', () => {
  const limits = {
    lockWait: 1,
    lockTimeout: 1,
    retryFor: 0.5,
    statementTimeout: 1,
    codeTimeout: 2,
    responseTimeout: 0.4,
  };
  const code = revision({
    id: 'core@0004',
    revises: 'core@0003',
    up: async ({ query, sql }) => void (await query(sql`insert into a values (3)`)),
  });
  const index = revision({
    id: 'core@0005',
    revises: 'core@0004',
    up: 'create index concurrently a_x on a (x)',
    transaction: false,
    check: `select coalesce((select indisvalid from pg_index where indexrelid = to_regclass('a_x')), false)`,
  });
  const longPlan = [...plan, code, index];

  /** Upgrades through a proxy that goes silent at moment `k`, and whose server then accepts new connections or not. */
  async function silenceAt(target: PostgresTarget, k: number, survives: boolean): Promise<number> {
    let moments = 0;
    let silent = false;
    const proxy = await startCuttingProxy(
      (_, n) => {
        moments = n;
        if (n !== k) return false;
        silent = true;
        return 'silence';
      },
      () => survives || !silent,
    );
    const url = target.url.replace(/:\d+\//, `:${proxy.port}/`);
    const began = performance.now();
    const { error, applied: committed } = await withSession(
      { ...target, url },
      (session) => upgrade(session, longPlan, { settings: limits }),
      limits.responseTimeout,
    ).catch((thrown: unknown): Outcome => {
      if (!isKernelError(thrown)) throw thrown;
      return { runId: '', applied: [], error: thrown };
    });
    // Connecting has a limit of 10 s of its own.
    expect(performance.now() - began, `moment ${k}`).toBeLessThan(20_000);
    proxy.close();
    await withSession(target, async (session) => {
      const rows = await applied(session).catch(() => []);
      if (error === null) expect(rows).toEqual(longPlan.map(({ id }) => id));
      else expect([20, 22, 36], `moment ${k}: ${error.message}`).toContain(error.exitCode);
      expect(rows).toEqual(expect.arrayContaining(committed.map(({ id }) => id)));
      expect((await upgrade(session, longPlan)).error).toBeNull();
      expect(await session.query('select x from a order by x')).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
    });
    return moments;
  }

  it.each([
    ['accepts new connections', true],
    ['accepts no new connection', false],
  ])(
    'ends within its limits at every moment on the wire, if the server %s',
    async (_, survives) => {
      const moments = await silenceAt(await emptyPostgres(), 0, true);
      expect(moments).toBeGreaterThan(40);
      const pending = Array.from({ length: moments }, (__, i) => i + 1)[Symbol.iterator]();
      const worker = async (): Promise<void> => {
        for (const k of pending) await silenceAt(await emptyPostgres(), k, survives);
      };
      await Promise.all(Array.from({ length: 10 }, worker));
      countTrials(moments);
    },
    240_000,
  );
});

describe('an upgrade whose server process is terminated', () => {
  /**
   * Opens a session whose connection is terminated before the first `times` texts for which `at` returns true. With
   * `silently`, the server does not say so.
   */
  async function terminated(
    target: PostgresTarget,
    times: number,
    at: (text: string) => boolean,
    silently = false,
  ): Promise<Session> {
    const session = await openSession(target);
    onTestFinished(() => session.close().catch(() => {}));
    let left = times;
    const terminate = async (text: string): Promise<void> => {
      if (left === 0 || !at(text)) return;
      left -= 1;
      if (silently) session.abandon(new Error('the connection is gone'));
      else await onServer(nameOf(target), `select pg_terminate_backend(${session.pid}, 5000)`);
    };
    return {
      ...session,
      get pid() {
        return session.pid;
      },
      get lost() {
        return session.lost;
      },
      script: async (text, onNotice) => (await terminate(text), session.script(text, onNotice)),
      query: async (text, values) => (await terminate(text), session.query(text, values)),
    };
  }

  it.each([
    ['while the ledger is created', 1, /create table "kernel"\.format/],
    ['while the ledger is created, twice in a row', 2, /create table "kernel"\.format/],
    ['while it waits for the migration lock after a loss', 2, /insert into a|^select pg_try_advisory_xact_lock/],
    ['while it asks which revisions it committed', 2, /insert into a|where run_id = /],
  ])('completes if that happens %s', async (_, times, at) => {
    const target = await emptyPostgres();
    const session = await terminated(target, times, (text) => at.test(text));
    const { error, applied: committed } = await upgrade(session, plan);
    expect(error).toBeNull();
    expect(committed.map(({ id }) => id)).toEqual(ids);
    expect(await session.query('select x from a order by x')).toEqual([{ x: 1 }, { x: 2 }]);
  });

  it('completes if that happens while it reads the ledger again', async () => {
    const target = await emptyPostgres();
    let reads = 0;
    const session = await terminated(target, 2, (text) => {
      if (text.includes(' as lines')) reads += 1;
      return text.includes('insert into a') || (text.includes(' as lines') && reads > 1);
    });
    expect((await upgrade(session, plan)).error).toBeNull();
    expect(await applied(session)).toEqual(ids);
  });

  it('reports an unknown outcome if no connection survives', async () => {
    const target = await emptyPostgres();
    const session = await terminated(target, 1000, (text) =>
      /insert into a|^select pg_try_advisory_xact_lock/.test(text),
    );
    const { error } = await upgrade(session, plan, { settings: { ...settings, retryFor: 0.5 } });
    expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', exitCode: 36 });
  });

  it('reports an unreachable database if every connection breaks again while it reads the ledger', async () => {
    const target = await emptyPostgres();
    let reads = 0;
    const at = (text: string): boolean => {
      if (text.includes(' as lines')) reads += 1;
      return text.includes('insert into a') || (text.includes(' as lines') && reads > 1);
    };
    const { error } = await upgrade(await terminated(target, 1000, at, true), plan);
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
    expect(error?.message).toContain('the connection is gone');
  });

  it('reports an unreachable database if no connection survives before a revision runs', async () => {
    const target = await emptyPostgres();
    const session = await terminated(target, 1000, (text) => !text.includes(' as lines'));
    const { error } = await upgrade(session, plan, { settings: { ...settings, retryFor: 0.5 } });
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 20 });
    expect(error?.written).not.toContain('Nothing was written');
  });
});
