import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hasPgbouncer, pgbouncerSkipReason, startPgbouncer } from '../../../../test/helper/pgbouncer.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import type { OpenOptions } from '../../src/open/open-options.ts';
import { emptyUrl, openClient, openPool, revision, shop, text } from './support.ts';

const all = ['users@0001_person', 'shop@0001_order', 'shop@0002_total'];

async function openWith(
  connection: NonNullable<OpenOptions['connection']>,
  options: OpenOptions = {},
): Promise<Kernel> {
  const kernel = await open({ connection, plugins: shop, ...options });
  onTestFinished(() => kernel.close());
  return kernel;
}

const concurrently = {
  index: {
    revisions: [
      revision('index@0001', 'create table indexed (x int)'),
      revision('index@0002', 'create index concurrently indexed_x on indexed (x)', {
        revises: 'index@0001',
        transaction: false,
        check: text(`select to_regclass('indexed_x') is not null`),
      }),
    ],
  },
};

/** The sessions that wait for a lock in the current database. */
const waiting = `select pid from pg_stat_activity where datname = current_database()
  and wait_event_type = 'Lock'`;

describe('a pool', () => {
  it('of one client is enough, and gets no client back that the kernel has written with', async () => {
    const pool = openPool(await emptyUrl(), { max: 1 });
    await pool.query('set application_name = host');
    const removed: unknown[] = [];
    pool.on('remove', (client) => removed.push(client));
    const kernel = await openWith(pool);
    expect(await kernel.status()).toMatchObject({ pending: all });
    expect(await kernel.upgrade()).toMatchObject({ applied: all });
    expect(removed).toHaveLength(1);
    expect(pool.totalCount).toBe(0);
    // The pool still works, and is still the host's.
    await kernel.close();
    expect((await pool.query('select count(*)::int as rows from kernel.ledger')).rows).toEqual([{ rows: 3 }]);
  });

  it('gets each client that has only read back, as it was', async () => {
    const pool = openPool(await emptyUrl(), { max: 1 });
    const kernel = await openWith(pool);
    await kernel.upgrade();
    const state = async (): Promise<unknown> => {
      const { rows } = await pool.query(
        `select pg_backend_pid() as pid, (select json_object_agg(name, setting) from pg_settings) as settings,
          array(select name from pg_prepared_statements) as statements`,
      );
      return rows;
    };
    const before = await state();
    const [revision = ''] = all;
    const plugin = revision.split('@')[0] ?? '';
    for (const read of [
      () => kernel.status(),
      () => kernel.plan(),
      () => kernel.sql(),
      () => kernel.history(),
      () => kernel.branches(),
      () => kernel.current(),
      () => kernel.graph(),
      () => kernel.show(revision),
      () => kernel.plugins(),
      () => kernel.objects(),
      () => kernel.drift(),
      () => kernel.runs(),
      () => kernel.activity(),
      () => kernel.footprint(plugin),
      () => kernel.exportData(plugin, mkdtempSync(join(tmpdir(), 'headwater-export-'))),
    ]) {
      await read();
      expect(await state(), String(read)).toEqual(before);
    }
  });

  it('gets no client back whose read has failed or was aborted', async () => {
    const pool = openPool(await emptyUrl(), { max: 1 });
    const kernel = await openWith(pool);
    await kernel.upgrade();
    const removed: unknown[] = [];
    pool.on('remove', (client) => removed.push(client));
    const url = String(pool.options.connectionString);
    const [holder, observer] = [await openClient(url), await openClient(url)];
    await holder.query('begin; lock table kernel.ledger');
    const aborting = new AbortController();
    const aborted = kernel.status({ signal: aborting.signal });
    const isWaiting = async (): Promise<boolean> => (await observer.query<never>(waiting)).rows.length === 1;
    await expect.poll(isWaiting, { timeout: 10_000 }).toBe(true);
    aborting.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(removed).toHaveLength(1);
    await holder.query('alter table kernel.ledger rename to hidden; commit');
    await expect(kernel.status()).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
    expect(removed).toHaveLength(2);
  });

  it('of one client also serves a start, since services have a pool of their own', async () => {
    const pool = openPool(await emptyUrl(), { max: 1 });
    const kernel = await openWith(pool, { config: { pool: { max: 2 } } });
    const app = await kernel.start();
    expect(pool.totalCount).toBe(0);
    const slow = Array.from({ length: 3 }, () => app.run(() => app.orm.em.execute('select pg_sleep(0.05)')));
    await Promise.all(slow);
    expect(await app.health()).toMatchObject({ ok: true });
  });

  it('of one client is refused before the first write for a revision outside a transaction', async () => {
    const url = await emptyUrl();
    const pool = openPool(url, { max: 1 });
    const kernel = await openWith(pool, { plugins: concurrently });
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'DIRECT_CONNECTION_NEEDED',
      details: { reason: 'the pool given to open() has a single connection' },
    });
    expect((await pool.query(`select to_regclass('indexed') as found`)).rows).toEqual([{ found: null }]);
    const direct = await openWith(pool, { plugins: concurrently, config: { database: { url, directUrl: url } } });
    expect(await direct.upgrade()).toMatchObject({ applied: ['index@0001', 'index@0002'] });
  });

  it('of several clients serves a revision outside a transaction', async () => {
    const kernel = await openWith(openPool(await emptyUrl(), { max: 2 }), { plugins: concurrently });
    expect(await kernel.upgrade()).toMatchObject({ applied: ['index@0001', 'index@0002'] });
  });

  it('that has ended, or whose server is away, is reported', async () => {
    const pool = new pg.Pool({ connectionString: await emptyUrl() });
    const kernel = await openWith(pool);
    await pool.end();
    await expect(kernel.status()).rejects.toMatchObject({
      code: 'CONNECTION_UNFIT',
      details: { problem: 'poolEnded' },
    });
    const away = await openWith(openPool('postgres://user:secret-word@127.0.0.1:1/nowhere'));
    const failed = away.status();
    await expect(failed).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      details: { database: 'postgres://user@127.0.0.1:1/nowhere' },
      hint: expect.stringContaining('the pool given to open()') as unknown,
    });
    expect(JSON.stringify(await failed.catch((error: unknown) => error))).not.toContain('secret-word');
  });
});

/** The fields of a URL, as options of a pool. */
function fieldsOf(url: string): pg.PoolConfig {
  const { hostname: host, port, username: user, pathname } = new URL(url);
  return { host, port: Number(port), user, database: pathname.slice(1) };
}

/** Lets a service ask on which database, and under which name, it is connected. */
async function placeOfServices(connection: pg.Pool): Promise<unknown> {
  const kernel = await openWith(connection);
  const app = await kernel.start();
  const query = `select current_database() as database, current_setting('statement_timeout') as timeout`;
  const rows = await app.run(() => app.orm.em.execute(query));
  return { rows, shown: kernel.database };
}

describe('the services of plugins', () => {
  it('connect with the options of the host’s pool: fields, a function for the password, settings', async () => {
    const url = await emptyUrl();
    const { database, port } = fieldsOf(url);
    const pool = new pg.Pool({ ...fieldsOf(url), password: async () => 'postgres', statement_timeout: 7000 });
    onTestFinished(() => pool.end());
    expect(await placeOfServices(pool)).toEqual({
      rows: [{ database, timeout: '7s' }],
      shown: `postgres://postgres@127.0.0.1:${port}/${database}`,
    });
  });

  it('connect to the place that variables like PGHOST name, as the pool does', async () => {
    const { host, port, user, database } = fieldsOf(await emptyUrl());
    const variables = {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGDATABASE: database,
      PGPASSWORD: 'postgres',
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const pool = new pg.Pool();
    onTestFinished(() => pool.end());
    expect(await placeOfServices(pool)).toMatchObject({
      rows: [{ database }],
      shown: `postgres://postgres@127.0.0.1:${port}/${database}`,
    });
  });

  it('are refused on an object around a pool, whose options are not known; upgrades work', async () => {
    const url = await emptyUrl();
    const pool = openPool(url);
    const wrapper = { totalCount: 0, connect: () => pool.connect() };
    const kernel = await openWith(wrapper);
    expect(await kernel.upgrade()).toMatchObject({ applied: all });
    await expect(kernel.start()).rejects.toMatchObject({
      code: 'CONNECTION_UNFIT',
      details: { problem: 'poolHidden' },
    });
    const named = await openWith(wrapper, { config: { database: url } });
    expect(await (await named.start()).health()).toMatchObject({ ok: true });
  });

  it('are refused once the application has stopped, instead of connecting again', async () => {
    const pool = openPool(await emptyUrl());
    const kernel = await openWith(pool);
    const app = await kernel.start();
    const late = app.orm.em.fork();
    await kernel.close();
    const stopped = { code: 'APP_STOPPED', exitCode: 2 };
    await expect(late.execute('select 1')).rejects.toMatchObject(stopped);
    await expect(late.transactional(async () => 1)).rejects.toMatchObject(stopped);
    await expect(app.run(async () => 1)).rejects.toMatchObject(stopped);
    expect(await app.health()).toMatchObject({ ok: false, state: 'stopped' });
    const others = `select count(*)::int as open from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await expect.poll(async () => (await pool.query<{ open: number }>(others)).rows).toEqual([{ open: 0 }]);
  });
});

describe('a pool whose clients are all in use', () => {
  it('is waited for until the signal is aborted', async () => {
    const pool = openPool(await emptyUrl(), { max: 1 });
    const kernel = await openWith(pool);
    const held = await pool.connect();
    for (const call of ['status', 'upgrade', 'start'] as const) {
      const controller = new AbortController();
      const failed = kernel[call]({ signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      await expect(failed, call).rejects.toMatchObject({
        code: 'CANCELLED',
        details: { operation: call, applied: [] },
      });
    }
    held.release();
    // The waiting calls have not kept the client that they no longer wanted.
    expect(await kernel.upgrade()).toMatchObject({ applied: all });
  });

  it('is reported when the pool itself no longer waits', async () => {
    const pool = openPool(await emptyUrl(), { max: 1, connectionTimeoutMillis: 50 });
    const kernel = await openWith(pool);
    const held = await pool.connect();
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'CONNECTION_UNFIT',
      details: { problem: 'poolBusy' },
    });
    held.release();
  });

  it('is reported after ten seconds', async () => {
    const pool = openPool(await emptyUrl(), { max: 1 });
    const kernel = await openWith(pool);
    const held = await pool.connect();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const failed = kernel.status().catch((error: unknown) => error);
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    expect(await failed).toMatchObject({ code: 'CONNECTION_UNFIT', details: { problem: 'poolBusy' } });
    held.release();
    expect(await kernel.status()).toMatchObject({ pending: all });
  });
});

describe('a client', () => {
  it('serves reading, and an upgrade only if nothing else uses it', async () => {
    const client = await openClient(await emptyUrl());
    const kernel = await openWith(client);
    expect((await kernel.plan()).steps.map(({ id }) => id)).toEqual(all);
    await expect(kernel.upgrade()).rejects.toMatchObject({
      code: 'CONNECTION_UNFIT',
      details: { problem: 'notExclusive' },
    });
    expect(await kernel.upgrade({ exclusive: true })).toMatchObject({ applied: all });
    await expect(kernel.start()).rejects.toMatchObject({ code: 'CONNECTION_UNFIT', details: { problem: 'noPool' } });
    await kernel.close();
    expect((await client.query('select count(*)::int as rows from person')).rows).toEqual([{ rows: 0 }]);
    expect([client.listenerCount('error'), client.listenerCount('end'), client.listenerCount('notice')]).toEqual([
      0, 0, 0,
    ]);
  });

  it.each([
    ['open', 'select 1'],
    ['failed', 'select 1 / 0'],
  ])('with an %s transaction is refused, and the transaction stays as it is', async (_, statement) => {
    const client = await openClient(await emptyUrl());
    await client.query('begin; create table mine (id int)');
    await client.query(statement).catch(() => {});
    const kernel = await openWith(client);
    for (const call of [() => kernel.status(), () => kernel.upgrade({ exclusive: true })]) {
      await expect(call()).rejects.toMatchObject({ code: 'CONNECTION_UNFIT', details: { problem: 'inTransaction' } });
    }
    if (statement === 'select 1') expect((await client.query('table mine')).rows).toEqual([]);
    await client.query('rollback');
    expect(await kernel.status()).toMatchObject({ pending: all });
  });

  it('that is not connected, or has ended, is refused', async () => {
    const url = await emptyUrl();
    const ended = new pg.Client({ connectionString: url });
    await ended.connect();
    await ended.end();
    for (const client of [new pg.Client({ connectionString: url }), ended]) {
      const kernel = await openWith(client);
      await expect(kernel.status()).rejects.toMatchObject({
        code: 'CONNECTION_UNFIT',
        details: { problem: 'notConnected' },
      });
    }
  });

  it('is waited for in turn, until the signal is aborted', async () => {
    const client = await openClient(await emptyUrl());
    const plugins = { slow: { revisions: [revision('slow@0001', 'select pg_sleep(0.3)')] } };
    const kernel = await openWith(client, { plugins });
    const controller = new AbortController();
    const upgrade = kernel.upgrade({ exclusive: true });
    const waiting = kernel.status({ signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    const after = kernel.status();
    expect(await upgrade).toMatchObject({ applied: ['slow@0001'] });
    expect(await after).toMatchObject({ pending: [] });
  });
});

describe('parsers that the host sets for its process', () => {
  it('do not change what the kernel reads', async () => {
    const { BOOL, INT4, TEXT, JSONB } = pg.types.builtins;
    const oids = [BOOL, INT4, TEXT, JSONB];
    const before = oids.map((oid): unknown => pg.types.getTypeParser(oid));
    onTestFinished(() =>
      // These are the parsers that were set before.
      oids.forEach((oid, i) => pg.types.setTypeParser(oid, before[i] as (value: string) => unknown)),
    );
    for (const oid of oids) pg.types.setTypeParser(oid, () => 'a value of the host');
    const url = await emptyUrl();
    for (const connection of [openPool(url), undefined]) {
      const kernel = await open({ plugins: shop, ...(connection ? { connection } : { config: { database: url } }) });
      onTestFinished(() => kernel.close());
      await kernel.upgrade();
      expect(await kernel.status()).toMatchObject({ pending: [], error: null });
      expect(await kernel.show('shop@0002', { applied: true })).toMatchObject({ stamped: false, state: 'applied' });
      await kernel.downgrade('shop@0001');
    }
  });
});

describe.runIf(hasPgbouncer)(`a pool behind PgBouncer${pgbouncerSkipReason}`, () => {
  it.each(['session', 'transaction'])('works in %s mode', async (mode) => {
    const pool = openPool(await startPgbouncer(await emptyUrl(), mode, 2));
    const kernel = await openWith(pool);
    expect(await kernel.upgrade()).toMatchObject({ applied: all });
    expect(await kernel.status()).toMatchObject({ pending: [] });
  });
});
