import { expect, it, onTestFinished } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { onServer, serverUrl } from '../../helper/database.ts';
import { makeApplication, pluginOf } from './history.ts';

it.each(['headwater_shadow_keep', 'headwater_shadow_abc_0123456789', 'headwater_shadow_'])(
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
