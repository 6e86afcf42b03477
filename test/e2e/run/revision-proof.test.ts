import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { databaseKinds, serverUrl, type DatabaseKind } from '../../helper/database.ts';
import { failureOf, makeApplication, type Application } from './history.ts';

/** Arguments that select the shadow of each engine. */
const shadowOf = (kind: DatabaseKind): readonly string[] =>
  kind === 'postgres' ? ['--shadow', serverUrl('postgres')] : [];

const table = { up: 'create table m_a (id int primary key)', down: 'drop table m_a' };

describe.each(databaseKinds)('a proof runs a revision as an upgrade does on %s', (kind) => {
  const create = (application: Application, name: string, sql: string): ReturnType<Application['kernel']> => {
    application.write(`${name}.sql`, sql);
    const from = ['--sql', `${name}.sql`, '--name', name];
    return application.kernel('migrate:create', 'm', ...from, '--json', ...shadowOf(kind));
  };

  it.each([
    ['begin; create table m_b (id int); commit;', /line 1 of `up`: "begin"/],
    ['create table m_b (id int);\nend', /line 2 of `up`: "end"/],
    ['create table m_b (id int);\n\nvacuum m_a', /line 3 of `up`: "vacuum m_a"/],
  ])('run-10: migrate:create refuses %j with the line and the advice', async (sql, place) => {
    const application = await makeApplication(kind, { m: { revisions: { '0001_a': table } } });
    const { message } = failureOf(await create(application, 'b', sql), 13, 'TRANSACTION_CONFLICT');
    expect(message).toMatch(place);
    expect(message).toMatch(/Leave it out|transaction: false/);
    expect(existsSync(application.fileOf('m@0002_b'))).toBe(false);
  });

  it('run-10: migrate:lint, migrate:verify, plugin:build and migrate:up refuse transaction control', async () => {
    const up = 'begin; create table m_b (id int); commit;';
    const application = await makeApplication(kind, { m: { revisions: { '0001_a': table, '0002_b': up } } });
    const lint = await application.kernel('migrate:lint', 'm');
    expect(lint).toMatchObject({ code: 13, stdout: expect.stringContaining('transaction-conflict') as unknown });
    const verify = await application.kernel('migrate:verify', 'm', ...shadowOf(kind));
    expect(verify).toMatchObject({ code: 13, stdout: expect.stringMatching(/0002_b\.js:\d+/) as unknown });
    failureOf(
      await application.kernel('plugin:build', application.folderOf('m'), '--json'),
      13,
      'TRANSACTION_CONFLICT',
    );
    const { details } = failureOf(await application.kernel('migrate:up', '--json'), 35, 'ENVELOPE_VIOLATED');
    expect(details).toMatchObject({ revision: 'm@0002_b' });
    expect(await application.applied()).toEqual(['m@0001_a']);
    expect(await application.query(`select to_regclass('m_b') as found`)).toEqual([{ found: null }]);
  });

  it('run-11: migrate:create writes a concurrent index outside a transaction, and the upgrade runs it', async () => {
    const application = await makeApplication(kind, { m: { revisions: { '0001_a': table } } });
    ok(await create(application, 'index', 'create index concurrently m_i on m_a (id)'));
    const text = readFileSync(application.fileOf('m@0002_index'), 'utf8');
    expect(text).toContain('transaction: false');
    expect(text).toMatch(/check: sql`[^`]*indisvalid/);
    ok(await application.kernel('migrate:up'));
    expect(await application.query(`select indisvalid from pg_index where indexrelid = 'm_i'::regclass`)).toEqual([
      { indisvalid: true },
    ]);
  });

  it.each([
    ['run-12: a publication', 'create publication m_pub for table m_a', 'drop publication m_pub'],
    ['a temporary table', 'create temp table m_t (id int)', '-- it ends with the session'],
    ['a prepared statement', 'prepare m_p as select 1', '-- it ends with the session'],
    ['a large object', 'select lo_create(4711)', 'select lo_unlink(4711)'],
  ])('%s does not stay in the shadow', async (_, up, down) => {
    const application = await makeApplication(kind, { m: { revisions: { '0001_a': table, '0002_b': { up, down } } } });
    ok(await create(application, 'c', 'create table m_c (id int)'));
    expect(await create(application, 'd', 'create table m_d (id int)')).toMatchObject({ code: 0 });
  });
});
