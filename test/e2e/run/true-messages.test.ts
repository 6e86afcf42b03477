import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { startCuttingProxy } from '../../faults/cutting-proxy.ts';
import { databaseKinds, onServer, urlOf } from '../../helper/database.ts';
import { databaseNameOf, failureOf, idsOf, makeApplication, pluginOf, type Application } from './history.ts';

describe.each(databaseKinds)('a message says what the database contains on %s', (kind) => {
  it('run-20: the revisions before one that fails stay applied', async () => {
    const m = pluginOf('create table m_a ()', 'create table m_b ()', 'create table m_b ()', 'create table m_c ()');
    const application = await makeApplication(kind, { m });
    const { details, written } = failureOf(await application.kernel('migrate:up', '--json'), 31, 'MIGRATION_FAILED');
    expect(details).toMatchObject({ revision: 'm@0003', sqlState: '42P07' });
    expect(written).toBe('It was rolled back; the 2 revisions before it stay applied.');
    expect(await application.applied()).toEqual(idsOf('m', 2));
    expect(await application.query(`select to_regclass('m_a') is not null as found`)).toEqual([{ found: true }]);
  });

  it('run-21: a downgrade that fails halfway says what it reverted', async () => {
    const revisions = {
      '0001': { up: 'create table m_a ()', down: 'drop table m_a' },
      '0002': { up: 'create table m_b ()', down: 'drop table m_missing' },
      '0003': { up: 'create table m_c ()', down: 'drop table m_c' },
    };
    const application = await makeApplication(kind, { m: { revisions } });
    ok(await application.kernel('migrate:up'));
    const done = await application.kernel('migrate:down', 'm@base', '--json');
    const { details, written } = failureOf(done, 31, 'MIGRATION_FAILED');
    expect(details).toMatchObject({ revision: 'm@0002', applied: ['m@0003'] });
    expect(written).toBe('It was rolled back; the revision before it stays reverted.');
    expect(await application.applied()).toEqual(['m@0001', 'm@0002']);
    expect(await application.query(`select to_regclass('m_c') as found`)).toEqual([{ found: null }]);
  });

  it.each([
    ['run-24: a unique index', 'create unique index concurrently m_i on m_a (n)', '23505'],
    ['an index on an expression', 'create index concurrently m_i on m_a ((1 / (n - 1)))', '22012'],
  ])('%s whose concurrent build fails does not stay, and no rollback is claimed', async (_, up, state) => {
    const index = { up, fields: `transaction: false, check: sql\`select to_regclass('m_i') is not null\`` };
    const m = { revisions: { '0001': 'create table m_a (n int); insert into m_a values (1), (1)', '0002': index } };
    const application = await makeApplication(kind, { m });
    const done = await application.kernel('migrate:up', '--json');
    const { details, written } = failureOf(done, 31, 'MIGRATION_FAILED');
    expect(details).toMatchObject({ revision: 'm@0002', sqlState: state });
    expect(written).toContain('outside a transaction');
    expect(written).toMatch(/the invalid index \S*m_i, which was dropped/);
    expect(written).not.toMatch(/rolled back|nothing was written/i);
    expect(await application.query(`select to_regclass('m_i') as found`)).toEqual([{ found: null }]);
    expect(await application.applied()).toEqual(['m@0001']);
  });

  it.each([
    ['run-25: a `down`', { up: 'create table m_a (id int)', down: '-- nothing to undo' }],
    ['an `up`', { up: '-- superseded', down: '/* nothing to undo */' }],
  ])('%s that is only a comment is accepted', async (_, revision) => {
    const application = await makeApplication(kind, { m: { revisions: { '0001': revision } } });
    ok(await application.kernel('migrate:up'));
    ok(await application.kernel('migrate:down', 'm@base'));
    expect(await application.applied()).toEqual([]);
  });

  it('run-26: a downgrade of a disabled plugin reports the state after it', async () => {
    const likes = {
      revisions: {
        '0001': { up: 'create table likes_a ()', down: 'drop table likes_a' },
        '0002': { up: 'create table likes_b ()', down: 'drop table likes_b' },
      },
    };
    const application = await makeApplication(kind, { likes });
    ok(await application.kernel('migrate:up'));
    application.reconfigure((config) => (config.plugins = {}));
    const done = ok(await application.kernel('migrate:down', 'likes@base'));
    expect(done.stdout + done.stderr).not.toMatch(/stay|dormant/);
    expect(await application.applied()).toEqual([]);
    const status = ok(await application.kernel('migrate:status'));
    expect(status.stdout).not.toMatch(/dormant/);
  });
});

describe('the verdict about a lost connection', () => {
  it('run-22: is true if the next connection is lost at once, too', async () => {
    const m = pluginOf('create table m_a (n int)', 'insert into m_a values (1)', 'select pg_sleep(0.7)');
    const application = await makeApplication('postgres', { m });
    ok(await application.kernel('migrate:up', 'm@0001'));
    const running = application.start('migrate:up', '--json');
    const database = databaseNameOf(application);
    const terminate = (more: string): Promise<readonly unknown[]> =>
      onServer(
        'postgres',
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and ${more}`,
      );
    await expect.poll(() => terminate(`wait_event = 'PgSleep'`), { timeout: 10_000 }).not.toEqual([]);
    // The new connection, as soon as it exists.
    await expect.poll(() => terminate('true'), { interval: 2, timeout: 10_000 }).not.toEqual([]);
    const done = await running.finished;
    expect([0, 36], done.stdout).toContain(done.code);
    expect(done.stdout).not.toContain('Nothing was written');
    if (done.code === 0) expect(await application.applied()).toEqual(idsOf('m', 3));
    ok(await application.kernel('migrate:up'));
    expect(await application.applied()).toEqual(idsOf('m', 3));
    expect(await application.query('select n from m_a')).toEqual([{ n: 1 }]);
  });

  it('run-23: is true at every moment of a first upgrade, even while the ledger is created', async () => {
    const m = pluginOf('create table m_a (n int)', 'insert into m_a values (1)');
    const application = await makeApplication('postgres', { m });
    const direct = urlOf(application.target);
    /** Upgrades an empty database and cuts the connection at the moment `k`. Returns the number of moments. */
    const cutAt = async (k: number): Promise<number> => {
      await onServer(databaseNameOf(application), 'drop schema if exists kernel cascade; drop table if exists m_a');
      let moments = 0;
      const proxy = await startCuttingProxy((_, n) => {
        moments = n;
        return n === k;
      });
      application.reconfigure((config) => (config['database'] = direct.replace(/:\d+\//, `:${proxy.port}/`)));
      const done = await application.kernel('migrate:up', '--json');
      proxy.close();
      application.reconfigure((config) => (config['database'] = direct));
      const shown = `cut at ${k}: ${done.stdout}`;
      expect([0, 20, 36], shown).toContain(done.code);
      if (done.code === 0) expect(await application.applied(), shown).toEqual(idsOf('m', 2));
      const [kernel] = await application.query(`select to_regclass('kernel.ledger') as found`);
      if (done.stdout.includes('Nothing was written')) expect(kernel, shown).toEqual({ found: null });
      ok(await application.kernel('migrate:up'));
      expect(await application.query('select n from m_a'), shown).toEqual([{ n: 1 }]);
      return moments;
    };
    const moments = await cutAt(-1);
    expect(moments).toBeGreaterThan(10);
    for (let k = 1; k <= moments; k += 1) await cutAt(k);
  });
});

describe('run-27: a role that may only read and write rows', () => {
  /** Makes a role with the given privileges, which is dropped after the test. Returns the URL with it. */
  async function reader(application: Application): Promise<string> {
    const role = `reader_${randomBytes(4).toString('hex')}`;
    const database = databaseNameOf(application);
    await onServer(
      database,
      `create role ${role} login password 'secret'; grant usage on schema public, kernel to ${role};
        grant select, insert, update, delete on all tables in schema public to ${role};
        grant select on all tables in schema kernel to ${role}`,
    );
    onTestFinished(async () => void (await onServer(database, `drop owned by ${role}; drop role ${role}`)));
    return urlOf(application.target).replace('postgres:postgres', `${role}:secret`);
  }

  it('starts the application if nothing is pending, otherwise gets exit code 21 and the way to mend it', async () => {
    const application = await makeApplication('postgres', { m: pluginOf('create table m_a (n int)') });
    ok(await application.kernel('migrate:up'));
    const url = await reader(application);
    application.reconfigure((config) => (config['database'] = url));
    ok(await application.kernel('start', '--once'));
    application.write(
      'plugins/m/src/migrations/0002.js',
      `import { defineRevision, sql } from '@headwater/kernel/plugin';
        export default defineRevision({ id: 'm@0002', revises: 'm@0001', up: sql\`create table m_b (n int)\` });`,
    );
    for (const command of [['start', '--once'], ['migrate:up']]) {
      const { hint } = failureOf(await application.kernel(...command, '--json'), 21, 'DATABASE_PRIVILEGE');
      expect(hint).toMatch(/grant .* to "reader_|npx kernel migrate:up/);
    }
    expect(await application.query('select plugin, slug from kernel.ledger')).toEqual([{ plugin: 'm', slug: '0001' }]);
  });
});
