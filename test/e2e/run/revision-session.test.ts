import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { databaseKinds, serverUrl } from '../../helper/database.ts';
import { ok } from '../../../core/kernel/test/cli/support.ts';
import { failureOf, idsOf, makeApplication, pluginOf, ways } from './history.ts';

describe.each(databaseKinds)('a revision finds no trace of earlier ones in its session on %s', (kind) => {
  describe.each(ways)('%s', (_, apply) => {
    it.each([
      ['run-1', 'set local session_replication_role = replica'],
      ['a setting for the session', 'set session_replication_role = replica'],
      ['a setting in a block', `do $$ begin perform set_config('session_replication_role', 'replica', false); end $$`],
    ])('constraints are enforced after %s', async (_case, setting) => {
      const m = pluginOf(
        `${setting}; create table m_p (id int primary key); create table m_c (id int references m_p)`,
        'insert into m_c values (7)',
      );
      const application = await makeApplication(kind, { m });
      const { details } = failureOf(await apply(application, idsOf('m', 2)), 31, 'MIGRATION_FAILED');
      expect(details).toMatchObject({ revision: 'm@0002', sqlState: '23503' });
      expect(await application.applied()).toEqual(['m@0001']);
      expect(await application.query('select id from m_c')).toEqual([]);
    });

    it.each([
      ['temporary tables (run-2)', 'create temp table keep on commit drop as select 1 as id', 'table keep'],
      ['temporary views', 'create temp view keep as select 1 as id', 'table keep'],
      ['prepared statements', 'prepare keep as select 1 as id', 'select 1 as id'],
    ])('%s of the same name do not collide', async (_case, made, use) => {
      const text = (table: string): string => `${made}; create table ${table} as ${use}`;
      const application = await makeApplication(kind, { m: pluginOf(text('m_a'), text('m_b')) });
      ok(await apply(application, idsOf('m', 2)));
      expect(await application.query('select a.id from m_a a join m_b b using (id)')).toEqual([{ id: 1 }]);
    });

    it('run-3: a temporary table does not hide a permanent one', async () => {
      const plugins = {
        a: pluginOf('create table a_t (id int primary key)'),
        b: { ...pluginOf('create temp table a_t as select 1 as id; create table b_x (id int)'), requires: ['a'] },
        c: {
          requires: ['a'],
          revisions: { '0001': { up: 'alter table a_t add column c_n int', dependsOn: ['a@0001'] } },
        },
      };
      const application = await makeApplication(kind, plugins);
      ok(await apply(application, ['a@0001', 'b@0001', 'c@0001']));
      const columns = await application.query(
        `select column_name from information_schema.columns where table_schema = 'public' and table_name = 'a_t' order by 1`,
      );
      expect(columns).toEqual([{ column_name: 'c_n' }, { column_name: 'id' }]);
    });

    it.each([
      ['run-4', `set timezone = 'Asia/Tokyo'`],
      ['set local', `set local timezone = 'Asia/Tokyo'`],
      ['set_config', `select set_config('timezone', 'Asia/Tokyo', false)`],
    ])('its settings are the defaults: %s', async (_case, setting) => {
      const plugins = {
        x: pluginOf(`${setting}; create table x_a (id int)`),
        y: pluginOf(`create table y_a (at timestamptz); insert into y_a values ('2020-01-01 00:00')`),
      };
      const application = await makeApplication(kind, plugins);
      ok(await apply(application, ['x@0001', 'y@0001']));
      expect(await application.query(`select at = '2020-01-01 00:00'::timestamptz as same from y_a`)).toEqual([
        { same: true },
      ]);
    });

    it('run-6: the time limit is that of one revision', async () => {
      const sleeps = ['select pg_sleep(0.4)', 'select pg_sleep(0.4)', 'select pg_sleep(0.4)'];
      const limited = { upgrade: { statementTimeout: 0.7 } };
      const application = await makeApplication(kind, { m: pluginOf(...sleeps) }, limited);
      ok(await apply(application, idsOf('m', 3)));
      expect(await application.applied()).toEqual(idsOf('m', 3));
    });
  });

  it('run-4: the application does not keep the settings of a revision', async () => {
    const plugins = {
      x: pluginOf(`set timezone = 'Asia/Tokyo'; create table x_a (id int)`),
      y: {
        fields: `start: async ({ get }) => {
          const [{ zone }] = await get(Database).em.execute("select current_setting('timezone') as zone");
          process.stderr.write('the zone is ' + zone + '\\n');
        }`,
      },
    };
    const application = await makeApplication(kind, plugins);
    application.write(
      'plugins/y/src/index.js',
      readFileSync(`${application.folderOf('y')}/src/index.js`, 'utf8').replace(
        '{ definePlugin }',
        '{ definePlugin, Database }',
      ),
    );
    const done = ok(await application.kernel('start', '--once'));
    expect(done.stderr).toContain('the zone is ');
    expect(done.stderr).not.toContain('Tokyo');
  });

  it('run-5: the header of a dump runs, in migrate:create, migrate:verify and migrate:up', async () => {
    const header = `select pg_catalog.set_config('search_path', '', false);\nset check_function_bodies = false;\n`;
    const shadow = kind === 'postgres' ? ['--shadow', serverUrl('postgres')] : [];
    const application = await makeApplication(kind, { m: pluginOf('create table m_a (id int)') });
    application.write('dump.sql', `${header}create table public.m_b (id int);`);
    ok(await application.kernel('migrate:create', 'm', '--sql', 'dump.sql', '--name', 'dump', ...shadow));
    const verified = await application.kernel('migrate:verify', 'm', ...shadow);
    expect(verified.stdout).not.toMatch(/fail|search_path/i);
    ok(await application.kernel('migrate:up'));
    expect(await application.query(`select to_regclass('public.m_b') is not null as found`)).toEqual([{ found: true }]);
  });
});
