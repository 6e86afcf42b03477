import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { withoutColors } from '../../src/cli/colors.ts';
import { openSession } from '../../src/db/session.ts';
import { community, ok } from './support.ts';

describe.each(databaseKinds)('kernel migrate:drift on %s', (kind) => {
  it('lists what is missing by plugin, and exits with 40', async () => {
    const target = await emptyDatabase(kind);
    const project = await makeProject({ plugins: community, database: target });
    ok(await project.kernel('migrate:up'));
    const sound = ok(await project.kernel('migrate:drift'));
    expect(sound.stdout).toBe('The database has everything that its applied revisions created.\n');
    const session = await openSession(target);
    const text = 'alter table core_object drop column likes_count; create table by_hand (id int)';
    try {
      await session.script(text);
    } finally {
      await session.close();
    }
    const told = await project.kernel('migrate:drift');
    expect(told.code).toBe(40);
    expect(withoutColors(told.stdout)).toBe(
      [
        'missing of likes:',
        '  column core_object.likes_count  likes@0002_count_on_object',
        'Created by no applied revision:',
        '  table by_hand',
        '1 object missing. Recreate what the revisions created, whose SQL is in the ledger:',
        '  npx kernel migrate:show likes@0002_count_on_object --applied',
        '',
      ].join('\n'),
    );
    const data = await project.kernel('migrate:drift', '--json');
    expect(data.code).toBe(40);
    expectPublished('migrate:drift', data.json());
  });
});

describe.each(databaseKinds)('kernel doctor on %s', (kind) => {
  it('prints each check with its findings and their fixes', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    const told = await project.kernel('doctor');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    const text = withoutColors(told.stdout);
    expect(text).toMatch(/^ok {7}config {6}\/.*config\.json$/m);
    expect(text).toMatch(/^ok {7}node {8}\d+\.\d+\.\d+$/m);
    expect(text).toMatch(/^ok {7}connection {2}.*PostgreSQL \d/m);
    expect(text).toContain(
      'warning  ledger      0 applied, 6 pending\n' +
        '  warning: Pending: core@0001_create_objects and 5 more. The next start applies them.\n' +
        '  fix: npx kernel migrate:up\n',
    );
    const strict = await project.kernel('doctor', '--strict', '--json');
    expect(strict.code).toBe(3);
    expectPublished('doctor', strict.json());
  });

  it('still examines what it can if the config is invalid', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    project.reconfigure((config) => (config['pools'] = {}));
    const done = await project.kernel('doctor', '--json');
    expect(done.code).toBe(10);
    expectPublished('doctor', done.json());
    expect(done.json()).toMatchObject({
      database: null,
      checks: [{ name: 'config', findings: [{ code: 'CONFIG_KEY_UNKNOWN' }] }, { name: 'dev' }],
    });
  });
});
