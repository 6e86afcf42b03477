import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, complaintIn, inOrder, ok, refusalIn } from './support.ts';

describe.each(databaseKinds)('undoing on %s', (kind) => {
  it('kernel migrate:down --run reverts one run, and explains itself', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    ok(await project.kernel('migrate:up', 'likes@0001'));
    const { runId } = ok(await project.kernel('migrate:up', '--json')).json() as { readonly runId: string };
    expect(ok(await project.kernel('migrate:plan', '--run', runId)).stdout).toMatch(/^Downgrade, 4 revisions:/);
    const done = ok(await project.kernel('migrate:down', '--run', runId.slice(0, 8), '--json')).json();
    expectPublished('migrate:down', done);
    expect(done).toMatchObject({ applied: { length: 4 } });
    expect(ok(await project.kernel('migrate:current', '--json')).json()).toMatchObject({
      current: inOrder.slice(0, 2),
    });
    expect(refusalIn(await project.kernel('migrate:down', '--run', runId, '--json'))).toMatchObject({
      code: 'RUN_UNKNOWN',
    });
    for (const args of [[], ['likes@base', '--run', runId]]) {
      expect(refusalIn(await project.kernel('migrate:down', ...args, '--json'))).toMatchObject({ code: 'USAGE' });
    }
    // This starts many processes, each with its own engine.
  }, 90_000);

  it('kernel plugin:uninstall shows, exports and drops all of a plugin, which can be installed again', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    const told = async (...args: readonly string[]): Promise<string> => ok(await project.kernel(...args)).stdout;
    ok(await project.kernel('migrate:up'));
    const blocked = await project.kernel('plugin:uninstall', 'likes');
    expect(blocked.code).toBe(14);
    expect(blocked.stdout).toBe(
      [
        'likes is active, with 2 applied revisions.',
        'Tables:',
        '  likes_like  0 rows',
        'Columns on tables of other plugins:',
        '  core_object.likes_count  table of core  0 values',
        'Revisions that depend on it:',
        '  stickers@0001_create_sticker needs likes@0001_create_like',
        '',
        '',
      ].join('\n'),
    );
    expect(blocked.stderr).toMatch(/DOWNGRADE_BLOCKED.*stickers/);
    complaintIn(await project.kernel('plugin:uninstall', 'likes', '--apply'), 14);
    // An active plugin requires it, also if its revisions may be reverted.
    expect(
      refusalIn(await project.kernel('plugin:uninstall', 'likes', '--apply', '--cascade', '--json')),
    ).toMatchObject({
      code: 'REQUIREMENT_MISSING',
    });
    expect(await told('migrate:status')).toContain('Nothing is pending.');

    expect(await told('plugin:uninstall', 'stickers')).toMatch(/Nothing was dropped\. .* stickers --apply\n$/);
    const document = ok(
      await project.kernel('plugin:uninstall', 'stickers', '--export', 'kept', '--apply', '--json'),
    ).json();
    expectPublished('plugin:uninstall', document);
    expect(document).toMatchObject({ disabled: true, reverted: [inOrder[2]], exported: [{ rows: 0 }] });
    expect(readFileSync(join(project.cwd, 'kept/stickers_sticker.jsonl'), 'utf8')).toBe('');
    expect(ok(await project.kernel('migrate:status', '--json')).json()).toMatchObject({ dormant: [] });

    // The package is removed first: the ledger suffices.
    ok(await project.kernel('plugin:disable', 'likes'));
    rmSync(join(project.cwd, 'node_modules/@headwater/plugin-likes'), { recursive: true });
    project.reconfigure((config) => delete config.plugins['likes']);
    project.reconfigure((config) => delete config.plugins['stickers']);
    expect(await told('plugin:uninstall', 'likes', '--apply')).toBe(
      `- ${inOrder[3]}\n- ${inOrder[1]}\nlikes is uninstalled: 2 revisions reverted. Its package may be removed.\n`,
    );
    expect(refusalIn(await project.kernel('plugin:uninstall', 'likes', '--json'))).toMatchObject({
      code: 'PLUGIN_UNKNOWN',
    });
    expect(refusalIn(await project.kernel('plugin:uninstall', 'core', '--json'))).toMatchObject({ code: 'USAGE' });
    project.reconfigure((config) => (config.plugins['likes'] = { $package: './plugins/likes' }));
    expect(await told('migrate:up')).toMatch(/2 revisions applied/);
  }, 120_000);
});
