import { describe, expect, it } from 'vitest';
import { databaseKinds, emptyDatabase } from '../../../../test/helper/database.ts';
import { expectPublished } from '../../../../test/helper/json-schema.ts';
import type { Finished } from '../../../../test/helper/kernel-process.ts';
import { makeProject } from '../../../../test/helper/project.ts';
import { community, inOrder } from './support.ts';

/** Returns the lines of a run, each of which matches the published schema and is the only data on standard output. */
function linesOf({ stdout, stderr }: Finished): readonly Readonly<Record<string, unknown>>[] {
  expect(stderr).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const event: unknown = JSON.parse(line);
      expectPublished('migrate:up-lines', event);
      // The schema says so.
      return event as Readonly<Record<string, unknown>>;
    });
}

describe.each(databaseKinds)('--json-lines on %s', (kind) => {
  it('prints what happens during a run as it happens, and the outcome last', async () => {
    const broken = { revisions: { '0001_break': { dependsOn: ['core@0002_create_users'], up: 'select broken' } } };
    const project = await makeProject({
      plugins: { ...community, broken },
      database: await emptyDatabase(kind),
    });
    project.reconfigure((config) => (config.plugins['broken'] = { $enabled: false }));
    const up = linesOf(await project.kernel('migrate:up', '--json-lines'));
    expect(up[0]).toMatchObject({ event: 'plan', steps: inOrder.map((id) => ({ id, direction: 'up' })) });
    expect(up[1]).toMatchObject({ event: 'begin', revision: inOrder[0], position: 1, total: 6 });
    const commits = up.filter(({ event }) => event === 'commit').flatMap(({ steps }) => steps);
    expect(commits).toEqual(inOrder.map((id) => ({ id, direction: 'up' })));
    expect(up.at(-1)).toMatchObject({ event: 'end', runId: up[0]?.['runId'], applied: inOrder, error: null });

    expect(linesOf(await project.kernel('migrate:up', '--json-lines'))).toMatchObject([{ event: 'end', applied: [] }]);
    const down = linesOf(await project.kernel('migrate:down', 'comments@base', '--json-lines'));
    expect(down.map(({ event }) => event)).toEqual(['plan', 'begin', 'commit', 'end']);

    project.reconfigure((config) => (config.plugins['broken'] = {}));
    const failed = await project.kernel('migrate:up', '--json-lines');
    expect(failed.code).toBe(31);
    expect(linesOf(failed).at(-1)).toMatchObject({ event: 'end', error: { code: 'MIGRATION_FAILED' } });
    const refused = await project.kernel('migrate:up', 'nowhere', '--json-lines');
    expect(linesOf(refused)).toMatchObject([{ event: 'end', error: { exitCode: refused.code } }]);
    // This starts many processes, each with its own engine.
  }, 90_000);
});
