import { describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/helper/database.ts';
import type { Session } from '../../src/db/session.ts';
import { revisionGraph } from '../../src/graph/revision-graph.ts';
import { upgrade } from '../../src/migrate/migrate.ts';
import type { RevisionSet } from '../../src/migrate/revision-set.ts';
import type { Revision } from '../../src/plugin/revision.ts';
import { branch, sessionPerTest, settings } from '../db/support.ts';

/** Returns a revision set with exactly these revisions of plugin zero. */
function revisionSetOf(revisions: readonly Revision[]): RevisionSet {
  return {
    pluginSet: { plugins: [], byName: new Map() },
    graph: revisionGraph(revisions.map(({ id, revises, dependsOn }) => ({ id, revises, dependsOn }))),
    revisions: new Map(revisions.map((revision) => [revision.id, revision])),
    packages: new Map([['core', 'plugin-core']]),
  };
}

/** Returns the session, recording all rows that the server returns. */
function recordRows(session: Session): { readonly session: Session; readonly rows: unknown[] } {
  const recorded: unknown[] = [];
  const query = async <Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> => {
    const rows = await session.query<Row>(text, values);
    recorded.push(...rows);
    return rows;
  };
  return { session: { ...session, query }, rows: recorded };
}

describe.each(databaseKinds)('an upgrade on %s', (kind) => {
  const current = sessionPerTest(kind);
  const two = branch('core', 'create table a ()', 'create table b ()');

  it('to the heads fetches no ledger rows if nothing is pending, but fetches them for other targets', async () => {
    const revisionSet = revisionSetOf(two);
    expect(await upgrade({ session: current(), revisionSet, settings })).toMatchObject({ error: null });
    const nothing = { error: null, applied: [], plan: { steps: [] }, dormant: [], ahead: [] };

    const heads = recordRows(current());
    expect(await upgrade({ session: heads.session, revisionSet, settings })).toMatchObject(nothing);
    expect(heads.rows).toEqual([{ format: 2, formats: 1, leastReader: 2, tables: 'public', same: true, lines: null }]);

    const target = recordRows(current());
    expect(await upgrade({ session: target.session, revisionSet, settings }, 'core@0001')).toMatchObject(nothing);
    expect(target.rows).toMatchObject([{ same: false, lines: expect.stringContaining('core@0002') as string }]);
  });
});
