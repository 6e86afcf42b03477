import { describe, expect, it } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { databaseKinds } from '../../helper/database.ts';
import { failureOf, makeApplication, pluginOf } from './history.ts';

describe.each(databaseKinds)('a damaged ledger on %s', (kind) => {
  it.each([
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
