import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../helper/database.ts';
import { failureOf, makeApplication, pluginOf, writeCode } from './history.ts';

describe.each(databaseKinds)('a revision cannot leave its transaction on %s', (kind) => {
  it.each([
    ['commits (run-43)', 'commit'],
    ['rolls back', 'rollback'],
    ['begins another', 'begin'],
    ['sets a savepoint', 'savepoint s'],
    ['discards the session', 'discard all'],
  ])('a code revision that %s and throws is refused, and nothing of it is kept', async (_, statement) => {
    const application = await makeApplication(kind, { m: pluginOf('create table m_a (n int)') });
    const up = `await query(sql\`insert into m_a values (1)\`); await query(sql\`;${statement}\`); throw new Error('no');`;
    writeCode(application, 'm@0002', 'm@0001', up);
    const { details, written } = failureOf(await application.kernel('migrate:up', '--json'), 35, 'ENVELOPE_VIOLATED');
    expect(details).toMatchObject({ revision: 'm@0002' });
    expect(written).toContain('It was rolled back');
    expect(await application.applied()).toEqual(['m@0001']);
    expect(await application.query('select n from m_a')).toEqual([]);
  });

  it.each(['commit', 'rollback', '; end -- ', 'savepoint s'])('SQL with "%s" is refused', async (statement) => {
    const m = pluginOf(
      'create table m_a (n int)',
      `insert into m_a values (1); ${statement}; insert into m_a values (2)`,
    );
    const application = await makeApplication(kind, { m });
    const { details } = failureOf(await application.kernel('migrate:up', '--json'), 35, 'ENVELOPE_VIOLATED');
    expect(details).toMatchObject({ revision: 'm@0002' });
    expect(await application.applied()).toEqual(['m@0001']);
    expect(await application.query('select n from m_a')).toEqual([]);
  });
});
