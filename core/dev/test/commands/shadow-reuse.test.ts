import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, onServer, serverUrl } from '../../../../test/helper/database.ts';
import { entitiesSource } from '../../../../test/helper/entities-source.ts';
import { makeProject, type PluginSketch, type Project } from '../../../../test/helper/project.ts';
import { ok } from '../../../kernel/test/cli/support.ts';

const core: PluginSketch = { revisions: { '0001_nothing': '-- nothing to do' } };

/** Its entity has a column that no revision adds. */
const m: PluginSketch = {
  entities: entitiesSource({ entities: { A: { table: 'm_a', properties: { note: 'p.text().nullable()' } } } }),
  revisions: {
    '0001_create_a': { up: 'create table m_a (id serial primary key)', down: 'drop table m_a' },
    '0002_publish': { up: 'create publication m_pub for table m_a', down: 'drop publication m_pub' },
    '0003_leave': `select lo_from_bytea(0, 'content'); create temporary table t (id int); prepare p as select 1; listen c;`,
  },
};

/** A plugin that `m` does not require, so that the proof of a draft needs the shadow several times. */
const other: PluginSketch = { revisions: { '0001_create_b': 'create table other_b (id int)' } };

describe.each(databaseKinds)('revisions with publications and large objects, in a shadow on %s', (kind) => {
  const shadow = (): readonly string[] => (kind === 'postgres' ? ['--shadow', serverUrl('postgres')] : []);
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({ plugins: { core, m, other } });
  });

  it('are replayed by migrate:create as often as its proof needs', async () => {
    const created = ok(await project.kernel('migrate:create', 'm', '--dry-run', ...shadow()));
    expect(created.stdout).toContain('add column');
    project.write('m.sql', 'create publication m_more for table m_a;');
    const args = ['m', '--sql', 'm.sql', '--name', 'publish_more', '--dry-run'];
    const published = ok(await project.kernel('migrate:create', ...args, ...shadow()));
    expect(published.stdout).toContain('create publication m_more');
  });

  it('are replayed by migrate:verify in every order', async () => {
    const { stdout } = await project.kernel('migrate:verify', '--orders', '3', ...shadow());
    expect(stdout).not.toContain('already exists');
  });
});

describe('migrate:create that is killed while it uses a shadow on a server', () => {
  // Other tests have shadows on the same server. This user owns no other database, and is no superuser.
  const user = 'shadow_owner';
  const shadows = async (): Promise<readonly unknown[]> =>
    onServer('postgres', `select datname from pg_database where datdba = '${user}'::regrole`);

  it('leaves nothing after the next use, whenever it is killed', async () => {
    await onServer('postgres', `create role ${user} login createdb password '${user}'`);
    const url = new URL(serverUrl('postgres'));
    [url.username, url.password] = [user, user];
    const project = await makeProject({ plugins: { core, m, other } });
    const args = ['migrate:create', 'm', '--dry-run', '--shadow', url.href] as const;
    const start = performance.now();
    ok(await project.kernel(...args));
    const duration = performance.now() - start;
    let left = 0;
    for (let i = 1; i <= 6; i++) {
      const { child, finished } = project.start(...args);
      const timer = setTimeout(() => child.kill('SIGKILL'), (duration * (i + 2)) / 9);
      await finished;
      clearTimeout(timer);
      left += (await shadows()).length;
      ok(await project.kernel(...args));
      expect(await shadows()).toEqual([]);
    }
    // Otherwise no process was killed while it had a shadow.
    expect(left).toBeGreaterThan(0);
    await onServer('postgres', `drop role ${user}`);
  }, 120_000);
});
