import { describe, expect, it } from 'vitest';
import { emptyDatabase } from '../../../../test/helper/database.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, matching, ok, refusalIn, uuid } from './support.ts';

describe('an upgrade that fails halfway', () => {
  it('reports the applied revisions and the failed one, as one document or on two streams', async () => {
    const broken = {
      likes: { revisions: { '0001_break': `create table likes_a (id int);\nselect broken from core_object` } },
    };
    const plugins = { core: community['core'] ?? {}, ...broken };
    const [one, other] = await Promise.all([
      makeProject({ plugins, database: await emptyDatabase('postgres') }),
      makeProject({ plugins, database: await emptyDatabase('postgres') }),
    ]);
    // The first revisions share a transaction. When they are retried one by one, the first is committed before the
    // second fails.
    for (const project of [one, other]) ok(await project.kernel('migrate:up', 'core@0001'));
    const asData = await one.kernel('migrate:up', 'core', 'likes', '--json');
    expect(asData).toMatchObject({ code: 31, stderr: '' });
    expect(asData.json()).toMatchObject({
      runId: matching(uuid),
      plan: { steps: [{ id: 'likes@0001_break' }, { id: 'core@0002_create_users' }] },
      applied: [],
      error: { code: 'MIGRATION_FAILED', exitCode: 31, details: { revision: 'likes@0001_break' } },
    });
    const told = await other.kernel('migrate:up');
    expect(told.code).toBe(31);
    expect(told.stderr).toMatch(/^error MIGRATION_FAILED: .*likes@0001_break.*broken/s);
    expect(told.stderr).toMatch(/^fix: /m);
    expect(told.stderr).toMatch(/rolled back/);
    expect(told.stderr).not.toMatch(/^\s+at /m);
  });

  it('keeps the revisions before the failed one', async () => {
    const plugins = {
      core: { revisions: { '0001_fine': 'create table core_fine (id int)', '0002_break': 'select broken' } },
    };
    const project = await makeProject({ plugins, database: await emptyDatabase('postgres') });
    ok(await project.kernel('migrate:up', 'core@0001'));
    project.write(
      'plugins/core/src/migrations/0003_never.ts',
      `import { defineRevision, sql } from '@headwater/kernel/plugin';\nexport default defineRevision({ id: 'core@0003_never', revises: 'core@0002_break', up: sql\`select 1\` });\n`,
    );
    const done = await project.kernel('start', '--once', '--json');
    expect(refusalIn(done)).toMatchObject({ code: 'MIGRATION_FAILED', details: { revision: 'core@0002_break' } });
    expect(ok(await project.kernel('migrate:current')).stdout).toContain('core@0001_fine');
  });
});
