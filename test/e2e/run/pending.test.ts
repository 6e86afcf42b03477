import { describe, expect, it, onTestFinished } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { databaseKinds, onServer, serverUrl } from '../../helper/database.ts';
import { failureOf, makeApplication, pluginOf } from './history.ts';

it.fails.each(['headwater_shadow_keep', 'headwater_shadow_abc_0123456789', 'headwater_shadow_'])(
  'run-13: migrate:create does not drop the database %s, which it did not create',
  async (keep) => {
    await onServer('postgres', `create database ${keep}`);
    onTestFinished(async () => void (await onServer('postgres', `drop database if exists ${keep}`)));
    const application = await makeApplication('postgres', { m: pluginOf('create table m_a (id int)') });
    application.write('b.sql', 'create table m_b (id int)');
    const shadow = ['--shadow', serverUrl('postgres')];
    ok(await application.kernel('migrate:create', 'm', '--sql', 'b.sql', '--name', 'b', ...shadow));
    const left = await onServer('postgres', `select datname from pg_database where datname = '${keep}'`);
    expect(left).toEqual([{ datname: keep }]);
  },
);

describe.each(databaseKinds)('a damaged ledger on %s', (kind) => {
  it.fails.each([
    ['has no table of formats', 'drop table kernel.format'],
    ['has no table of revisions', 'drop table kernel.ledger'],
    ['has lost its rows', 'delete from kernel.ledger'],
  ])('that %s is not blamed on a revision', async (_, damage) => {
    const application = await makeApplication(kind, { m: pluginOf('create table m_a (n int)', 'create table m_b ()') });
    ok(await application.kernel('migrate:up', 'm@0001'));
    await application.query(damage);
    const { hint } = failureOf(await application.kernel('migrate:up', '--json'), 15, 'LEDGER_DAMAGED');
    expect(hint).toContain('backup');
    expect(await application.query(`select to_regclass('m_b') as found`)).toEqual([{ found: null }]);
  });
});
