import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, inOrder, matching, ok, refusalIn, uuid } from './support.ts';

describe.each(databaseKinds)('kernel migrate:stamp on %s', (kind) => {
  it('marks revisions as applied without running them, and can be repeated', async () => {
    const project = await makeProject({ plugins: community, database: await emptyDatabase(kind) });
    const refused = refusalIn(await project.kernel('migrate:stamp', 'likes', '--json'));
    expect(refused).toMatchObject({ code: 'STAMP_INCOMPLETE', exitCode: 14, written: 'Nothing was written.' });
    expect(refusalIn(await project.kernel('migrate:stamp', 'lkes', '--json'))).toMatchObject({
      code: 'TARGET_UNKNOWN',
      message: matching(/"likes"/),
    });
    expect(refusalIn(await project.kernel('migrate:stamp', 'core', '--json'))).toMatchObject({
      code: 'STAMP_MISMATCH',
      written: 'Nothing was written.',
    });

    const told = ok(await project.kernel('migrate:stamp', 'likes@0001', 'core@0001', '--unchecked')).stdout;
    expect(told).toBe(
      `= ${inOrder[0]}\n= ${inOrder[1]}\nwarning: the database was not compared with the revisions, on request\n` +
        '2 revisions stamped as applied. Nothing was run.\n',
    );
    const again = ok(await project.kernel('migrate:stamp', 'likes@0001'));
    expect(again.stdout).toBe('Nothing to stamp: everything is already applied.\n');
    const shown = ok(await project.kernel('migrate:show', 'likes@0001')).stdout;
    expect(shown).toMatch(/^ {2}stamped +\d{4}-.*, not compared with the database$/m);

    // The table of likes does not exist, so the revision that alters it fails.
    const up = await project.kernel('migrate:up', 'likes');
    expect(up).toMatchObject({ code: 31 });
    const rest = ['migrate:stamp', 'heads', '--unchecked', '--json'];
    const previewed = ok(await project.kernel(...rest, '--dry-run')).json();
    expectPublished('migrate:stamp', previewed);
    expect(previewed).toMatchObject({ runId: null, dryRun: true, stamped: inOrder.slice(2) });
    const document = ok(await project.kernel(...rest)).json();
    expectPublished('migrate:stamp', document);
    expect(document).toEqual({
      runId: matching(uuid),
      dryRun: false,
      stamped: inOrder.slice(2),
      unchecked: inOrder.slice(2),
      dormant: [],
      ahead: [],
    });
    expect(ok(await project.kernel('migrate:up')).stdout).toMatch(/nothing is pending/i);
    // This starts many processes, each with its own engine.
  }, 90_000);

  it('requires a target', async () => {
    const project = await makeProject();
    expect(refusalIn(await project.kernel('migrate:stamp', '--json'))).toMatchObject({ code: 'USAGE', exitCode: 2 });
  });
});
