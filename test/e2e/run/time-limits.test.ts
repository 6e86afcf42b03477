import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { startSilentProxy } from '../../faults/silent-proxy.ts';
import { databaseKinds, onServer, urlOf } from '../../helper/database.ts';
import { databaseNameOf, failureOf, idsOf, makeApplication, pluginOf, writeCode } from './history.ts';

/** Runs `work` and checks that it takes less than `seconds`. */
async function within<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  expect((performance.now() - began) / 1000).toBeLessThan(seconds);
  return result;
}

describe('run-30: a connection that goes silent', () => {
  const limits = { upgrade: { responseTimeout: 1, lockWait: 3, lockTimeout: 1, retryFor: 1 } };

  it.each([['migrate:up'], ['start', '--once'], ['migrate:status'], ['migrate:down', 'm@base']])(
    'ends %s with exit code 20 if it goes silent when the ledger is read',
    async (...command) => {
      const application = await makeApplication('postgres', { m: pluginOf('create table m_a (n int)') }, limits);
      const direct = urlOf(application.target);

      const { port, silence } = await startSilentProxy((data) => void (data.includes('"kernel".') && silence()));
      application.reconfigure((config) => (config['database'] = direct.replace(/:\d+\//, `:${port}/`)));
      const done = await within(20, () => application.kernel(...command, '--json'));
      expect(failureOf(done, 20, 'DATABASE_UNREACHABLE').message).toContain('the server did not answer within 1 s');
    },
  );

  it('ends an upgrade with exit code 36 if it is silent while a revision runs', async () => {
    const limited = { upgrade: { ...limits.upgrade, statementTimeout: 1 } };
    const m = pluginOf('create table m_a (n int)', 'insert into m_a values (1); select pg_sleep(0.5)');
    const application = await makeApplication('postgres', { m }, limited);
    const direct = urlOf(application.target);
    const { port, silence } = await startSilentProxy((data) => void (data.includes('pg_sleep') && silence()));
    application.reconfigure((config) => (config['database'] = direct.replace(/:\d+\//, `:${port}/`)));
    const { written } = failureOf(
      await within(30, () => application.kernel('migrate:up', '--json')),
      36,
      'OUTCOME_UNKNOWN',
    );
    expect(written).not.toMatch(/nothing was written/i);
    application.reconfigure((config) => (config['database'] = direct));
    ok(await application.kernel('migrate:up'));
    expect(await application.query('select n from m_a')).toEqual([{ n: 1 }]);
  });
});

describe.each(databaseKinds)('no command waits forever on %s', (kind) => {
  it('run-31: a ledger without a format is refused as damaged', async () => {
    const application = await makeApplication(kind, { m: pluginOf('create table m_a (n int)', 'create table m_b ()') });
    ok(await application.kernel('migrate:up', 'm@0001'));
    await application.query('delete from kernel.format');
    for (const command of [['migrate:up'], ['start', '--once']]) {
      const done = await within(20, () => application.kernel(...command, '--json'));
      const { hint } = failureOf(done, 15, 'LEDGER_DAMAGED');
      expect(hint).toContain('delete from kernel.format; insert into kernel.format values (2);');
    }
    expect(await application.query(`select to_regclass('m_b') as found`)).toEqual([{ found: null }]);
  });

  it.each([
    ['awaits forever (run-32)', 'await query(sql`insert into m_a values (1)`); await new Promise(() => {});'],
    ['queries in an endless loop', 'for (;;) await query(sql`insert into m_a values (1)`);'],
  ])('a code revision that %s ends with its time limit', async (_, up) => {
    const limits = { upgrade: { codeTimeout: 1 } };
    const application = await makeApplication(kind, { m: pluginOf('create table m_a (n int)') }, limits);
    writeCode(application, 'm@0002', 'm@0001', up);
    const done = await within(20, () => application.kernel('migrate:up', '--json'));
    const { message, written } = failureOf(done, 31, 'CODE_TIMEOUT');
    expect(message).toContain('revision "m@0002" of plugin "m"');
    expect(written).toContain('It was rolled back');
    expect(await application.applied()).toEqual(['m@0001']);
    expect(await application.query('select n from m_a')).toEqual([]);
  });
});

it.each(['transaction_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'])(
  'run-35: a role with a short %s can upgrade',
  async (timeout) => {
    const m = pluginOf('create table m_a (n int)', 'select pg_sleep(0.6)');
    const application = await makeApplication('postgres', { m });
    writeCode(application, 'm@0003', 'm@0002', 'await new Promise((resolve) => setTimeout(resolve, 600));');
    const role = `limited_${randomBytes(4).toString('hex')}`;
    const database = databaseNameOf(application);
    await onServer(
      database,
      `create role ${role} login password 'secret'; alter role ${role} set ${timeout} = '300ms';
        grant create on database ${database} to ${role}; grant create, usage on schema public to ${role}`,
    );
    onTestFinished(async () => void (await onServer(database, `drop owned by ${role}; drop role ${role}`)));
    const url = urlOf(application.target).replace('postgres:postgres', `${role}:secret`);
    application.reconfigure((config) => (config['database'] = url));
    ok(await application.kernel('migrate:up'));
    expect(await application.applied()).toEqual(idsOf('m', 3));
  },
);
