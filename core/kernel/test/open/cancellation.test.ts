import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import { open, type Kernel } from '../../src/open/open.ts';
import { lockKey } from '../../src/run/migration-lock.ts';
import { emptyUrl, openClient, openOn, openPool, revision, shop } from './support.ts';

/** Revisions of which the second takes a minute. */
const slow = {
  slow: {
    revisions: [
      revision('slow@0001', 'create table first (id int)'),
      revision('slow@0002', 'create table second (id int); select pg_sleep(60)', { revises: 'slow@0001' }),
    ],
  },
};

const startedAt = (): (() => number) => {
  const began = performance.now();
  return () => performance.now() - began;
};

describe.each(databaseKinds)('an aborted signal on %s', (kind) => {
  it('ends every function before it begins', async () => {
    const kernel = await openOn(kind);
    const signal = AbortSignal.abort();
    const calls = {
      status: () => kernel.status({ signal }),
      plan: () => kernel.plan({ signal }),
      history: () => kernel.history({ signal }),
      show: () => kernel.show('shop', { signal }),
      why: () => kernel.why('shop', { signal }),
      plugins: () => kernel.plugins({ signal }),
      objects: () => kernel.objects({ signal }),
      runs: () => kernel.runs({ signal }),
      activity: () => kernel.activity({ signal }),
      upgrade: () => kernel.upgrade({ signal }),
      downgrade: () => kernel.downgrade('shop@base', { signal }),
      stamp: () => kernel.stamp('shop', { signal }),
      start: () => kernel.start({ signal }),
    };
    for (const [operation, call] of Object.entries(calls)) {
      await expect(call(), operation).rejects.toMatchObject({
        code: 'CANCELLED',
        details: { operation, revision: null },
      });
    }
    const alike = {
      whyNot: ['show', () => kernel.whyNot('shop', { signal })],
      branches: ['history', () => kernel.branches({ signal })],
      current: ['history', () => kernel.current({ signal })],
      graph: ['history', () => kernel.graph({ signal })],
      sql: ['plan', () => kernel.sql({ current: true, signal })],
      footprint: ['show', () => kernel.footprint('shop', { signal })],
      exportData: ['show', () => kernel.exportData('shop', '/nowhere', { signal })],
      undo: ['downgrade', () => kernel.undo('1234', { signal })],
    } as const;
    for (const [name, [operation, call]] of Object.entries(alike)) {
      await expect(call(), name).rejects.toMatchObject({ code: 'CANCELLED', details: { operation } });
    }
    expect(await kernel.status()).toMatchObject({ pending: { length: 3 } });
  });

  it('ends an upgrade between two revisions, and tells which one is applied', async () => {
    const kernel = await openOn(kind);
    // Revisions share a transaction only on an empty ledger.
    await kernel.upgrade({ to: 'users' });
    const controller = new AbortController();
    const observer = { commits: () => controller.abort(new Error('enough')) };
    const failed = kernel.upgrade({ signal: controller.signal, observer });
    await expect(failed).rejects.toMatchObject({
      code: 'CANCELLED',
      details: { operation: 'upgrade', revision: null, applied: ['shop@0001_order'] },
      written: 'One revision was applied before.',
      cause: { message: 'enough' },
    });
    expect(await kernel.status()).toMatchObject({ pending: ['shop@0002_total'] });
    expect(await kernel.upgrade()).toMatchObject({ applied: ['shop@0002_total'] });
  });

  it('ends the function of a code revision, whose transaction is rolled back', async () => {
    const controller = new AbortController();
    const code = revision('code@0002', '', {
      revises: 'code@0001',
      version: 1,
      async up({ query, sql }) {
        await query(sql`create table half (id int)`);
        controller.abort();
        await sleep(60_000, undefined, { ref: false });
      },
    });
    const kernel = await openOn(kind, {
      plugins: { code: { revisions: [revision('code@0001', 'create table whole (id int)'), code] } },
    });
    await expect(kernel.upgrade({ signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
      details: { revision: 'code@0002', applied: ['code@0001'] },
      written: expect.stringContaining('It was rolled back; the revision before it stays applied.') as unknown,
    });
    expect(await kernel.status()).toMatchObject({ pending: ['code@0002'] });
  });

  it('ends a start: the plugins that have started are stopped', async () => {
    const controller = new AbortController();
    const said: string[] = [];
    const plugin = { name: 'slow', kind: 'plugin', start() {}, stop: () => void said.push('stopped') };
    const late = {
      name: 'late',
      kind: 'plugin',
      start() {
        controller.abort();
        return sleep(60_000, undefined, { ref: false });
      },
    };
    const kernel = await openOn(kind, {
      plugins: {
        slow: { revisions: [], load: () => plugin },
        late: { revisions: [], requires: ['slow'], load: () => late },
      },
    });
    await expect(kernel.start({ signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
      details: { operation: 'start' },
    });
    expect(said).toEqual(['stopped']);
    expect(await kernel.status()).toMatchObject({ error: null });
  });
});

describe('an aborted signal on a server', () => {
  it.each(['the kernel’s own connection', 'a pool of one', 'a client'])(
    'cancels the running statement over %s; the revision is rolled back, and the one before stays',
    async (name) => {
      const url = await emptyUrl();
      const kernel: Kernel = await (name === 'a pool of one'
        ? open({ connection: openPool(url, { max: 1 }), plugins: slow })
        : name === 'a client'
          ? open({ connection: await openClient(url), plugins: slow })
          : open({ config: { database: url }, plugins: slow }));
      onTestFinished(() => kernel.close());
      await kernel.upgrade({ to: 'slow@0001', exclusive: true });
      const controller = new AbortController();
      const time = startedAt();
      setTimeout(() => controller.abort(), 400);
      const failed = kernel.upgrade({ signal: controller.signal, exclusive: true });
      await expect(failed).rejects.toMatchObject({
        code: 'CANCELLED',
        details: { revision: 'slow@0002', applied: [] },
        written: 'It was rolled back; nothing was written.',
      });
      expect(time()).toBeLessThan(10_000);
      expect(await kernel.status()).toMatchObject({ pending: ['slow@0002'] });
    },
  );

  it('ends the wait for a server that does not answer', async () => {
    const silent = createServer();
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    // A server on a port has such an address.
    const { port } = silent.address() as AddressInfo;
    const kernel = await open({ config: { database: `postgres://user@127.0.0.1:${port}/nowhere` }, plugins: shop });
    for (const call of ['status', 'upgrade', 'start'] as const) {
      const controller = new AbortController();
      const failed = kernel[call]({ signal: controller.signal });
      silent.once('connection', () => controller.abort());
      await expect(failed, call).rejects.toMatchObject({ code: 'CANCELLED', details: { operation: call } });
    }
    await kernel.close();
  });

  it('ends the wait for the migration lock', async () => {
    const url = await emptyUrl();
    const other = await openClient(url);
    await other.query(`begin; select pg_advisory_xact_lock(${lockKey})`);
    const kernel = await open({ config: { database: url }, plugins: shop });
    onTestFinished(() => kernel.close());
    const controller = new AbortController();
    const waits: string[] = [];
    const observer = {
      waits(why: string) {
        waits.push(why);
        controller.abort();
      },
    };
    const time = startedAt();
    const failed = kernel.upgrade({ signal: controller.signal, observer });
    await expect(failed).rejects.toMatchObject({ code: 'CANCELLED', written: 'Nothing was written.' });
    expect(waits).toEqual(['migration lock']);
    expect(time()).toBeLessThan(10_000);
  });

  it('ends the wait for table locks', async () => {
    const url = await emptyUrl();
    const kernel = await open({ config: { database: url, upgrade: { lockTimeout: 0.2 } }, plugins: shop });
    onTestFinished(() => kernel.close());
    await kernel.upgrade({ to: 'shop@0001' });
    const other = await openClient(url);
    await other.query('begin; lock table shop_order');
    const controller = new AbortController();
    const failed = kernel.upgrade({ signal: controller.signal, observer: { waits: () => controller.abort() } });
    await expect(failed).rejects.toMatchObject({ code: 'CANCELLED', details: { revision: null, applied: [] } });
  });

  it('finds out the outcome if the server does not take the cancel request', async () => {
    const url = await emptyUrl();
    // This client claims to be connected to a port where nobody listens, so the request fails.
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    Object.defineProperty(client, 'port', { value: 1 });
    client.on('error', () => {});
    const pool = openPool(url);
    let first = true;
    const connection = {
      totalCount: 1,
      connect: async () => {
        if (!first) return pool.connect();
        first = false;
        return Object.assign(client, { release: () => void client.end().catch(() => {}) });
      },
    };
    const kernel = await open({ connection, plugins: { slow: { revisions: slow.slow.revisions } } });
    onTestFinished(() => kernel.close());
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 500);
    await expect(kernel.upgrade({ signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    const { pending } = await kernel.status();
    expect(pending).toContain('slow@0002');
    await pool.query('select 1');
  });
});

describe('an observer that throws', () => {
  it.each(databaseKinds)('changes nothing on %s, and is reported to the log', async (kind) => {
    const errors: string[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => void errors.push(message) };
    const kernel = await openOn(kind, { log });
    const fail = (): never => {
      throw new Error('a bug of the host');
    };
    const reject = async (): Promise<void> => fail();
    const observer = {
      begins: fail,
      commits: reject as () => void,
      waits: fail,
      completes: fail,
      starts: fail,
      stops: fail,
    };
    expect(await kernel.upgrade({ observer })).toMatchObject({ applied: { length: 3 } });
    const app = await kernel.start({ observer });
    await app.stop();
    await sleep(0);
    for (const name of ['begins', 'commits', 'completes', 'starts', 'stops']) {
      expect(errors).toContainEqual(expect.stringContaining(`the observer's \`${name}\` failed: a bug of the host`));
    }
  });

  it.each(databaseKinds)('a logger that throws changes nothing on %s', async (kind) => {
    const fail = (): never => {
      throw new Error('the disk is full');
    };
    const kernel = await openOn(kind, { log: { debug: fail, info: fail, warn: fail, error: fail } });
    expect(await kernel.upgrade()).toMatchObject({ applied: { length: 3 } });
  });
});
