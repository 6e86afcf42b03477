import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { withoutColors } from '../../src/cli/colors.ts';
import { community } from './support.ts';

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
